package stagecoach.orchestrator.app.catalog;

import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.configuration.ConfigurationDocument;
import stagecoach.contracts.configuration.ConfigurationDocument.Role;
import stagecoach.contracts.configuration.ConfigurationEvent.Kind;
import stagecoach.orchestrator.app.catalog.row.RegionRow;
import stagecoach.orchestrator.app.request.BudgetFields;
import stagecoach.orchestrator.app.request.KnownNames;
import stagecoach.runtime.access.Listed;
import stagecoach.runtime.access.Needs;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.request.JsonBody;
import stagecoach.runtime.request.PageRequest;
import stagecoach.runtime.request.WriteRequest;
import stagecoach.vocabulary.identity.RegionId;
import stagecoach.vocabulary.packages.TransferBudget;

/** Regions: machines that are near to each other, and their caches. */
@Path("/api/v1/regions")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Tag(name = "Configuration")
public class RegionResource {
    private final Catalog catalog;
    private final Thing thing;

    RegionResource(Catalog catalog) {
        this.catalog = catalog;
        this.thing = new Thing();
    }

    /** Makes or replaces one. */
    @PUT
    @Path("{id}")
    @Needs(Role.CONFIGURE)
    @Operation(operationId = "putRegion", summary = "Make or replace a region")
    @RequestBody(
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = RegionView.class)))
    @APIResponse(
            responseCode = "201",
            description = "Made",
            content = @Content(schema = @Schema(implementation = RegionView.class)))
    @APIResponse(
            responseCode = "200",
            description = "Replaced",
            content = @Content(schema = @Schema(implementation = RegionView.class)))
    public RestResponse<RegionView> put(
            String id, @BeanParam WriteRequest request, byte @Nullable [] body) {
        return catalog.put(thing, id, body, request);
    }

    /** Reads one. */
    @GET
    @Path("{id}")
    @Operation(operationId = "getRegion", summary = "Read a region")
    public RestResponse<RegionView> get(String id) {
        return catalog.get(thing, id);
    }

    /** Lists them by id. */
    @GET
    @Operation(operationId = "listRegions", summary = "List regions")
    public Listed<RegionView> list(@BeanParam PageRequest page) {
        return catalog.list(thing, page);
    }

    /** Removes one that nobody needs. */
    @DELETE
    @Path("{id}")
    @Needs(Role.CONFIGURE)
    @Operation(operationId = "deleteRegion", summary = "Remove a region that is not in use")
    @APIResponse(responseCode = "204", description = "Removed")
    public void delete(String id) {
        catalog.delete(thing, id);
    }

    /**
     * A region in the API.
     *
     * @param bytesPerSecondMax that its caches pull from outside, together
     * @param transfersMax packages that its caches pull from outside at once
     */
    @Schema(name = "Region")
    public record RegionView(
            String id,
            String name,
            boolean serverFallback,
            @Schema(nullable = true) @Nullable Long bytesPerSecondMax,
            @Schema(nullable = true) @Nullable Integer transfersMax) {
        static RegionView of(RegionRow row) {
            return new RegionView(
                    row.id, row.name, row.serverFallback, row.bytesPerSecondMax, row.transfersMax);
        }
    }

    /** What may be said about a region. */
    static final class Thing implements CatalogThing<RegionRow, RegionView> {
        @Override
        public Kind kind() {
            return Kind.REGION;
        }

        @Override
        public String noun() {
            return CatalogStore.nounOf(Kind.REGION);
        }

        @Override
        public String path() {
            return "regions";
        }

        @Override
        public Class<RegionRow> rowType() {
            return RegionRow.class;
        }

        @Override
        public RegionRow read(
                String id, JsonBody body, KnownNames names, Optional<RegionRow> before) {
            var row = new RegionRow();
            row.id = id;
            row.name = Catalog.nameOf(body, id);
            row.serverFallback = body.flag("serverFallback").orElse(true);
            TransferBudget budget = BudgetFields.read(body);
            row.bytesPerSecondMax = budget.bytesPerSecondMax().orElse(null);
            row.transfersMax = budget.transfersMax().orElse(null);
            return row;
        }

        @Override
        public ConfigurationDocument document(RegionRow row) {
            return new ConfigurationDocument.Region(
                    new RegionId(row.id),
                    row.name,
                    row.serverFallback,
                    Optional.of(row.budget()).filter(budget -> !budget.isNone()));
        }

        @Override
        public Set<Use> uses(RegionRow row) {
            return Set.of();
        }

        @Override
        public List<RegionView> views(Tx tx, List<RegionRow> rows) {
            return rows.stream().map(RegionView::of).toList();
        }
    }
}
