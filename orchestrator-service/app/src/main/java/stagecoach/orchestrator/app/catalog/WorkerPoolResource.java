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
import stagecoach.orchestrator.app.catalog.row.WorkerPoolRow;
import stagecoach.orchestrator.app.request.KnownNames;
import stagecoach.runtime.access.Listed;
import stagecoach.runtime.access.Needs;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.request.JsonBody;
import stagecoach.runtime.request.PageRequest;
import stagecoach.runtime.request.WriteRequest;
import stagecoach.vocabulary.identity.PoolId;

/** Worker pools: workers that stand in for each other. */
@Path("/api/v1/worker-pools")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Tag(name = "Configuration")
public class WorkerPoolResource {
    private final Catalog catalog;
    private final Thing thing;

    WorkerPoolResource(Catalog catalog) {
        this.catalog = catalog;
        this.thing = new Thing();
    }

    /** Makes or replaces one. */
    @PUT
    @Path("{id}")
    @Needs(Role.CONFIGURE)
    @Operation(operationId = "putWorkerPool", summary = "Make or replace a worker pool")
    @RequestBody(
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = WorkerPoolView.class)))
    @APIResponse(
            responseCode = "201",
            description = "Made",
            content = @Content(schema = @Schema(implementation = WorkerPoolView.class)))
    @APIResponse(
            responseCode = "200",
            description = "Replaced",
            content = @Content(schema = @Schema(implementation = WorkerPoolView.class)))
    public RestResponse<WorkerPoolView> put(
            String id, @BeanParam WriteRequest request, byte @Nullable [] body) {
        return catalog.put(thing, id, body, request);
    }

    /** Reads one. */
    @GET
    @Path("{id}")
    @Operation(operationId = "getWorkerPool", summary = "Read a worker pool")
    public RestResponse<WorkerPoolView> get(String id) {
        return catalog.get(thing, id);
    }

    /** Lists them by id. */
    @GET
    @Operation(operationId = "listWorkerPools", summary = "List worker pools")
    public Listed<WorkerPoolView> list(@BeanParam PageRequest page) {
        return catalog.list(thing, page);
    }

    /** Removes one that nobody needs. */
    @DELETE
    @Path("{id}")
    @Needs(Role.CONFIGURE)
    @Operation(
            operationId = "deleteWorkerPool",
            summary = "Remove a worker pool that is not in use")
    @APIResponse(responseCode = "204", description = "Removed")
    public void delete(String id) {
        catalog.delete(thing, id);
    }

    /** A worker pool in the API. */
    @Schema(name = "WorkerPool")
    public record WorkerPoolView(String id, String name) {
        static WorkerPoolView of(WorkerPoolRow row) {
            return new WorkerPoolView(row.id, row.name);
        }
    }

    /** What may be said about a worker pool. */
    static final class Thing implements CatalogThing<WorkerPoolRow, WorkerPoolView> {
        @Override
        public Kind kind() {
            return Kind.WORKER_POOL;
        }

        @Override
        public String noun() {
            return CatalogStore.nounOf(Kind.WORKER_POOL);
        }

        @Override
        public String path() {
            return "worker-pools";
        }

        @Override
        public Class<WorkerPoolRow> rowType() {
            return WorkerPoolRow.class;
        }

        @Override
        public WorkerPoolRow read(
                String id, JsonBody body, KnownNames names, Optional<WorkerPoolRow> before) {
            var row = new WorkerPoolRow();
            row.id = id;
            row.name = Catalog.nameOf(body, id);
            return row;
        }

        @Override
        public ConfigurationDocument document(WorkerPoolRow row) {
            return new ConfigurationDocument.WorkerPool(new PoolId(row.id), row.name);
        }

        @Override
        public Set<Use> uses(WorkerPoolRow row) {
            return Set.of();
        }

        @Override
        public List<WorkerPoolView> views(Tx tx, List<WorkerPoolRow> rows) {
            return rows.stream().map(WorkerPoolView::of).toList();
        }
    }
}
