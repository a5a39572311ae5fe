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
import stagecoach.orchestrator.app.catalog.row.EnvironmentRow;
import stagecoach.orchestrator.app.request.KnownNames;
import stagecoach.runtime.access.Listed;
import stagecoach.runtime.access.Needs;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.request.JsonBody;
import stagecoach.runtime.request.PageRequest;
import stagecoach.runtime.request.WriteRequest;
import stagecoach.vocabulary.identity.EnvironmentId;

/** Environments: where releases go. */
@Path("/api/v1/environments")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Tag(name = "Configuration")
public class EnvironmentResource {
    private final Catalog catalog;
    private final Thing thing;

    EnvironmentResource(Catalog catalog) {
        this.catalog = catalog;
        this.thing = new Thing();
    }

    /** Makes or replaces one. */
    @PUT
    @Path("{id}")
    @Needs(Role.CONFIGURE)
    @Operation(operationId = "putEnvironment", summary = "Make or replace an environment")
    @RequestBody(
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = EnvironmentView.class)))
    @APIResponse(
            responseCode = "201",
            description = "Made",
            content = @Content(schema = @Schema(implementation = EnvironmentView.class)))
    @APIResponse(
            responseCode = "200",
            description = "Replaced",
            content = @Content(schema = @Schema(implementation = EnvironmentView.class)))
    public RestResponse<EnvironmentView> put(
            String id, @BeanParam WriteRequest request, byte @Nullable [] body) {
        return catalog.put(thing, id, body, request);
    }

    /** Reads one. */
    @GET
    @Path("{id}")
    @Operation(operationId = "getEnvironment", summary = "Read an environment")
    public RestResponse<EnvironmentView> get(String id) {
        return catalog.get(thing, id);
    }

    /** Lists them by id. */
    @GET
    @Operation(operationId = "listEnvironments", summary = "List environments")
    public Listed<EnvironmentView> list(@BeanParam PageRequest page) {
        return catalog.list(thing, page);
    }

    /** Removes one that nobody needs. */
    @DELETE
    @Path("{id}")
    @Needs(Role.CONFIGURE)
    @Operation(
            operationId = "deleteEnvironment",
            summary = "Remove an environment that is not in use")
    @APIResponse(responseCode = "204", description = "Removed")
    public void delete(String id) {
        catalog.delete(thing, id);
    }

    /**
     * An environment in the API.
     *
     * @param guidedFailure whether a failure waits for a person's decision; a deployment's own wins
     */
    @Schema(name = "Environment")
    public record EnvironmentView(String id, String name, boolean guidedFailure) {
        static EnvironmentView of(EnvironmentRow row) {
            return new EnvironmentView(row.id, row.name, row.guidedFailure);
        }
    }

    /** What may be said about an environment. */
    static final class Thing implements CatalogThing<EnvironmentRow, EnvironmentView> {
        @Override
        public Kind kind() {
            return Kind.ENVIRONMENT;
        }

        @Override
        public String noun() {
            return CatalogStore.nounOf(Kind.ENVIRONMENT);
        }

        @Override
        public String path() {
            return "environments";
        }

        @Override
        public Class<EnvironmentRow> rowType() {
            return EnvironmentRow.class;
        }

        @Override
        public EnvironmentRow read(
                String id, JsonBody body, KnownNames names, Optional<EnvironmentRow> before) {
            var row = new EnvironmentRow();
            row.id = id;
            row.name = Catalog.nameOf(body, id);
            row.guidedFailure = body.flag("guidedFailure").orElse(false);
            return row;
        }

        @Override
        public ConfigurationDocument document(EnvironmentRow row) {
            return new ConfigurationDocument.Environment(new EnvironmentId(row.id), row.name);
        }

        @Override
        public Set<Use> uses(EnvironmentRow row) {
            return Set.of();
        }

        @Override
        public List<EnvironmentView> views(Tx tx, List<EnvironmentRow> rows) {
            return rows.stream().map(EnvironmentView::of).toList();
        }

        @Override
        public List<String> usersElsewhere(Tx tx, String id) {
            return CatalogStore.deploymentsAndPauses(tx, "environment", id);
        }
    }
}
