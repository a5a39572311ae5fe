package stagecoach.orchestrator.app.catalog.machine;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
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
import stagecoach.orchestrator.app.catalog.Catalog;
import stagecoach.orchestrator.app.catalog.CatalogStore;
import stagecoach.orchestrator.app.catalog.CatalogThing;
import stagecoach.orchestrator.app.catalog.Use;
import stagecoach.orchestrator.app.catalog.row.AgentRow;
import stagecoach.orchestrator.app.catalog.row.TargetRow;
import stagecoach.orchestrator.app.request.KnownNames;
import stagecoach.runtime.access.Listed;
import stagecoach.runtime.access.Needs;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.request.JsonBody;
import stagecoach.runtime.request.PageRequest;
import stagecoach.runtime.request.WriteRequest;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.identity.EnvironmentId;
import stagecoach.vocabulary.identity.RegionId;
import stagecoach.vocabulary.identity.TargetId;
import stagecoach.wire.StagecoachJson;

/** Targets: the machines that releases are brought to. */
@Path("/api/v1/targets")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Tag(name = "Configuration")
public class TargetResource {
    private final Catalog catalog;
    private final Thing thing;

    TargetResource(Catalog catalog, CatalogStore store) {
        this.catalog = catalog;
        this.thing = new Thing(store);
    }

    /** Makes or replaces one. */
    @PUT
    @Path("{id}")
    @Needs(Role.CONFIGURE)
    @Operation(operationId = "putTarget", summary = "Make or replace a target")
    @RequestBody(
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = TargetView.class)))
    @APIResponse(
            responseCode = "201",
            description = "Made",
            content = @Content(schema = @Schema(implementation = TargetView.class)))
    @APIResponse(
            responseCode = "200",
            description = "Replaced",
            content = @Content(schema = @Schema(implementation = TargetView.class)))
    public RestResponse<TargetView> put(
            String id, @BeanParam WriteRequest request, byte @Nullable [] body) {
        return catalog.put(thing, id, body, request);
    }

    /** Reads one. */
    @GET
    @Path("{id}")
    @Operation(operationId = "getTarget", summary = "Read a target")
    public RestResponse<TargetView> get(String id) {
        return catalog.get(thing, id);
    }

    /** Lists them by id. */
    @GET
    @Operation(operationId = "listTargets", summary = "List targets")
    public Listed<TargetView> list(@BeanParam PageRequest page) {
        return catalog.list(thing, page);
    }

    /** Removes one that nobody needs. */
    @DELETE
    @Path("{id}")
    @Needs(Role.CONFIGURE)
    @Operation(operationId = "deleteTarget", summary = "Remove a target that is not in use")
    @APIResponse(responseCode = "204", description = "Removed")
    public void delete(String id) {
        catalog.delete(thing, id);
    }

    /**
     * A target in the API; {@code health} is what its tentacle told. {@code thumbprint} is that of
     * its certificate: what it enrolled with or renewed, and of one that listens, until it has
     * shown one, what was registered.
     */
    @Schema(name = "Target")
    @JsonInclude(JsonInclude.Include.ALWAYS)
    public record TargetView(
            String id,
            String name,
            List<String> environments,
            List<String> tags,
            @Schema(nullable = true) @Nullable String region,
            @Schema(enumeration = {"POLLING", "LISTENING"}) String communication,
            @Schema(nullable = true) @Nullable String address,
            @Schema(nullable = true) @Nullable String thumbprint,
            boolean disabled,
            @Schema(readOnly = true) HealthView health) {
        static TargetView of(TargetRow row, @Nullable AgentRow agent) {
            return new TargetView(
                    row.id,
                    row.name,
                    CatalogStore.listOf(row.environments, id -> id),
                    CatalogStore.listOf(row.tags, tag -> tag),
                    row.region,
                    ConnectionFields.communication(row.address),
                    row.address,
                    ConnectionFields.thumbprint(agent, row.registeredThumbprint),
                    row.disabled,
                    HealthView.of(agent));
        }
    }

    /** What may be said about a target. */
    static final class Thing implements CatalogThing<TargetRow, TargetView> {
        private final CatalogStore store;

        Thing(CatalogStore store) {
            this.store = store;
        }

        @Override
        public Kind kind() {
            return Kind.TARGET;
        }

        @Override
        public String noun() {
            return CatalogStore.nounOf(Kind.TARGET);
        }

        @Override
        public String path() {
            return "targets";
        }

        @Override
        public Optional<AgentId> machine(String id) {
            return Optional.of(AgentId.of(new TargetId(id)));
        }

        @Override
        public Class<TargetRow> rowType() {
            return TargetRow.class;
        }

        @Override
        public TargetRow read(
                String id, JsonBody body, KnownNames names, Optional<TargetRow> before) {
            var row = new TargetRow();
            row.id = id;
            row.name = Catalog.nameOf(body, id);
            List<String> environments =
                    body.list("environments", EnvironmentId::new).orElse(List.of()).stream()
                            .map(EnvironmentId::value)
                            .toList();
            KnownNames.check(
                    body, "environments", "environment", environments, names.environments());
            row.environments = StagecoachJson.text(environments);
            row.tags =
                    StagecoachJson.text(
                            body.list("tags", stagecoach.vocabulary.identity.Tag::new)
                                    .orElse(List.of()));
            row.region = ConnectionFields.region(body, names).orElse(null);
            row.disabled = body.flag("disabled").orElse(false);
            ConnectionFields.read(body)
                    .ifPresent(
                            listening -> {
                                row.address = listening.address();
                                row.registeredThumbprint = listening.thumbprint();
                            });
            return row;
        }

        @Override
        public ConfigurationDocument document(TargetRow row) {
            return new ConfigurationDocument.Target(
                    new TargetId(row.id),
                    row.name,
                    CatalogStore.listOf(row.environments, EnvironmentId::new),
                    CatalogStore.listOf(row.tags, stagecoach.vocabulary.identity.Tag::new),
                    Optional.ofNullable(row.region).map(RegionId::new),
                    row.disabled,
                    ConnectionFields.of(row.address, row.registeredThumbprint));
        }

        @Override
        public Set<Use> uses(TargetRow row) {
            Set<Use> uses = new HashSet<>();
            CatalogStore.listOf(row.environments, id -> new Use(Kind.ENVIRONMENT, id))
                    .forEach(uses::add);
            Optional.ofNullable(row.region).ifPresent(id -> uses.add(new Use(Kind.REGION, id)));
            return uses;
        }

        @Override
        public List<TargetView> views(Tx tx, List<TargetRow> rows) {
            Map<String, AgentRow> agents =
                    store.agents(tx, rows.stream().map(row -> agentOf(row.id)).toList());
            return rows.stream()
                    .map(row -> TargetView.of(row, agents.get(agentOf(row.id))))
                    .toList();
        }

        @Override
        public List<String> usersElsewhere(Tx tx, String id) {
            return CatalogStore.deploymentsRunningOn(tx, "target", id);
        }

        private static String agentOf(String id) {
            return AgentId.of(new TargetId(id)).value();
        }
    }
}
