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
import stagecoach.orchestrator.app.catalog.row.WorkerRow;
import stagecoach.orchestrator.app.request.KnownNames;
import stagecoach.runtime.access.Listed;
import stagecoach.runtime.access.Needs;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.request.JsonBody;
import stagecoach.runtime.request.PageRequest;
import stagecoach.runtime.request.WriteRequest;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.identity.PoolId;
import stagecoach.vocabulary.identity.RegionId;
import stagecoach.vocabulary.identity.WorkerId;
import stagecoach.wire.StagecoachJson;

/** Workers: machines that run steps for the server. */
@Path("/api/v1/workers")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Tag(name = "Configuration")
public class WorkerResource {
    private final Catalog catalog;
    private final Thing thing;

    WorkerResource(Catalog catalog, CatalogStore store) {
        this.catalog = catalog;
        this.thing = new Thing(store);
    }

    /** Makes or replaces one. */
    @PUT
    @Path("{id}")
    @Needs(Role.CONFIGURE)
    @Operation(operationId = "putWorker", summary = "Make or replace a worker")
    @RequestBody(
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = WorkerView.class)))
    @APIResponse(
            responseCode = "201",
            description = "Made",
            content = @Content(schema = @Schema(implementation = WorkerView.class)))
    @APIResponse(
            responseCode = "200",
            description = "Replaced",
            content = @Content(schema = @Schema(implementation = WorkerView.class)))
    public RestResponse<WorkerView> put(
            String id, @BeanParam WriteRequest request, byte @Nullable [] body) {
        return catalog.put(thing, id, body, request);
    }

    /** Reads one. */
    @GET
    @Path("{id}")
    @Operation(operationId = "getWorker", summary = "Read a worker")
    public RestResponse<WorkerView> get(String id) {
        return catalog.get(thing, id);
    }

    /** Lists them by id. */
    @GET
    @Operation(operationId = "listWorkers", summary = "List workers")
    public Listed<WorkerView> list(@BeanParam PageRequest page) {
        return catalog.list(thing, page);
    }

    /** Removes one that nobody needs. */
    @DELETE
    @Path("{id}")
    @Needs(Role.CONFIGURE)
    @Operation(operationId = "deleteWorker", summary = "Remove a worker that is not in use")
    @APIResponse(responseCode = "204", description = "Removed")
    public void delete(String id) {
        catalog.delete(thing, id);
    }

    /** A worker in the API; the fields of its connection are those of a target. */
    @Schema(name = "Worker")
    @JsonInclude(JsonInclude.Include.ALWAYS)
    public record WorkerView(
            String id,
            String name,
            List<String> workerPools,
            @Schema(nullable = true) @Nullable String region,
            @Schema(enumeration = {"POLLING", "LISTENING"}) String communication,
            @Schema(nullable = true) @Nullable String address,
            @Schema(nullable = true) @Nullable String thumbprint,
            boolean disabled,
            @Schema(readOnly = true) HealthView health) {
        static WorkerView of(WorkerRow row, @Nullable AgentRow agent) {
            return new WorkerView(
                    row.id,
                    row.name,
                    CatalogStore.listOf(row.workerPools, id -> id),
                    row.region,
                    ConnectionFields.communication(row.address),
                    row.address,
                    ConnectionFields.thumbprint(agent, row.registeredThumbprint),
                    row.disabled,
                    HealthView.of(agent));
        }
    }

    /** What may be said about a worker. */
    static final class Thing implements CatalogThing<WorkerRow, WorkerView> {
        private final CatalogStore store;

        Thing(CatalogStore store) {
            this.store = store;
        }

        @Override
        public Kind kind() {
            return Kind.WORKER;
        }

        @Override
        public String noun() {
            return CatalogStore.nounOf(Kind.WORKER);
        }

        @Override
        public String path() {
            return "workers";
        }

        @Override
        public Optional<AgentId> machine(String id) {
            return Optional.of(AgentId.of(new WorkerId(id)));
        }

        @Override
        public Class<WorkerRow> rowType() {
            return WorkerRow.class;
        }

        @Override
        public WorkerRow read(
                String id, JsonBody body, KnownNames names, Optional<WorkerRow> before) {
            var row = new WorkerRow();
            row.id = id;
            row.name = Catalog.nameOf(body, id);
            List<String> pools =
                    body.list("workerPools", PoolId::new).orElse(List.of()).stream()
                            .map(PoolId::value)
                            .toList();
            KnownNames.check(body, "workerPools", "worker pool", pools, names.workerPools());
            row.workerPools = StagecoachJson.text(pools);
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
        public ConfigurationDocument document(WorkerRow row) {
            return new ConfigurationDocument.Worker(
                    new WorkerId(row.id),
                    row.name,
                    CatalogStore.listOf(row.workerPools, PoolId::new),
                    Optional.ofNullable(row.region).map(RegionId::new),
                    row.disabled,
                    ConnectionFields.of(row.address, row.registeredThumbprint));
        }

        @Override
        public Set<Use> uses(WorkerRow row) {
            Set<Use> uses = new HashSet<>();
            CatalogStore.listOf(row.workerPools, id -> new Use(Kind.WORKER_POOL, id))
                    .forEach(uses::add);
            Optional.ofNullable(row.region).ifPresent(id -> uses.add(new Use(Kind.REGION, id)));
            return uses;
        }

        @Override
        public List<WorkerView> views(Tx tx, List<WorkerRow> rows) {
            Map<String, AgentRow> agents =
                    store.agents(tx, rows.stream().map(row -> agentOf(row.id)).toList());
            return rows.stream()
                    .map(row -> WorkerView.of(row, agents.get(agentOf(row.id))))
                    .toList();
        }

        @Override
        public List<String> usersElsewhere(Tx tx, String id) {
            return CatalogStore.deploymentsRunningOn(tx, "worker", id);
        }

        private static String agentOf(String id) {
            return AgentId.of(new WorkerId(id)).value();
        }
    }
}
