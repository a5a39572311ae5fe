package stagecoach.orchestrator.app.deployment.queue;

import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.configuration.ConfigurationDocument.Role;
import stagecoach.decider.Rejection;
import stagecoach.orchestrator.app.catalog.Catalog;
import stagecoach.orchestrator.app.catalog.CatalogStore;
import stagecoach.orchestrator.app.catalog.row.ProjectRow;
import stagecoach.runtime.access.Listed;
import stagecoach.runtime.access.Needs;
import stagecoach.runtime.aggregate.Cause;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.request.JsonBody;
import stagecoach.runtime.request.PageRequest;
import stagecoach.runtime.request.Revision;
import stagecoach.runtime.request.WriteRequest;

/** Keeps deployments from starting, with a reason, and lets them start again. */
@Path("/api/v1/pauses")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Tag(name = "Releases and deployments")
public class PauseResource {
    private final UnitOfWork unitOfWork;
    private final Catalog catalog;
    private final CatalogStore store;
    private final NextInLine next;
    private final PauseThing thing = new PauseThing();

    PauseResource(UnitOfWork unitOfWork, Catalog catalog, CatalogStore store, NextInLine next) {
        this.unitOfWork = unitOfWork;
        this.catalog = catalog;
        this.store = store;
        this.next = next;
    }

    /**
     * What may be said of a pause.
     *
     * @param project only its deployments; null for those of all
     * @param environment only those to it; null for those to all
     */
    @Schema(name = "PauseRequest")
    record PauseRequest(
            @Nullable String project,
            @Nullable String environment,
            @Schema(required = true) String reason) {}

    /** Lists them by id. */
    @GET
    @Operation(operationId = "listPauses", summary = "List what keeps deployments from starting")
    public Listed<Pause> list(@BeanParam PageRequest page) {
        return catalog.list(thing, page);
    }

    /** Reads one. */
    @GET
    @Path("{id}")
    @Operation(operationId = "getPause", summary = "Read a pause")
    public RestResponse<Pause> get(String id) {
        return catalog.get(thing, id);
    }

    /** Keeps deployments from starting; those under way go on. */
    @PUT
    @Path("{id}")
    @Needs(Role.CONFIGURE)
    @Operation(
            operationId = "putPause",
            summary = "Keep deployments from starting",
            description =
                    "All of them, or those of a project, to an environment, or both. They queue, and say why they wait. A pause that is there already is changed only by whoever shows its ETag (If-Match); else 409.")
    @RequestBody(
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = PauseRequest.class),
                            examples =
                                    @ExampleObject(
                                            name = "maintenance of an environment",
                                            value =
                                                    "{\"environment\": \"production\", \"reason\": \"the database moves\"}")))
    @APIResponse(
            responseCode = "201",
            description = "Paused",
            content = @Content(schema = @Schema(implementation = Pause.class)))
    @APIResponse(
            responseCode = "200",
            description = "It is so already, or was changed",
            content = @Content(schema = @Schema(implementation = Pause.class)))
    @APIResponse(responseCode = "409", description = "There is another pause of that id")
    public RestResponse<Pause> put(
            String id, @BeanParam WriteRequest request, byte @Nullable [] json) {
        Catalog.refuseBadId(thing, id);
        Cause cause = catalog.cause();
        return unitOfWork.run(
                tx -> {
                    store.lock(tx);
                    Optional<PauseRow> before = tx.find(PauseRow.class, id);
                    request.check(
                            before.isPresent() ? catalog.revision(tx, thing, id) : Revision.NONE,
                            Catalog.name(thing, id));
                    PauseRow after = read(tx, id, JsonBody.of(json), before);
                    if (request.ifMatch == null || request.ifMatch.isBlank()) {
                        before.ifPresent(other -> refuseUnlessSame(other, after));
                    }
                    after.since = before.map(row -> row.since).orElse(cause.at());
                    after.by = cause.actor();
                    if (request.dryRun) {
                        return RestResponse.ok(Pause.of(after));
                    }
                    // Whoever is being started now has started when this is answered.
                    TaskLimit.locked(tx);
                    catalog.write(tx, thing, before, after, cause);
                    // It may hold fewer than before.
                    next.look(tx);
                    PauseRow now = catalog.find(tx, thing, id);
                    return catalog.written(tx, thing, id, Pause.of(now), before.isPresent());
                });
    }

    private PauseRow read(Tx tx, String id, JsonBody body, Optional<PauseRow> before) {
        Catalog.refuseOtherId(body, id);
        body.text(PauseThing.PROJECT)
                .filter(name -> tx.find(ProjectRow.class, name).isEmpty())
                .ifPresent(
                        name ->
                                body.mistake(
                                        PauseThing.PROJECT,
                                        "There is no project \"%s\".".formatted(name)));
        PauseRow row = thing.read(id, body, store.names(tx), before);
        body.refuseUnknown();
        body.mistakes().refuseIfAny();
        return row;
    }

    /** Another's pause must not turn into a smaller one unseen. */
    private static void refuseUnlessSame(PauseRow present, PauseRow wanted) {
        if (!present.content().equals(wanted.content())) {
            throw new Rejection(
                    Rejection.Kind.CONFLICT,
                    "in-use",
                    "There is a pause \"%s\" already, %s. Choose another id; or, to change that one, read it and send its ETag as If-Match."
                            .formatted(present.id, Pause.of(present).sentence()));
        }
    }

    /** Lets them start again, in the order in which they were asked for. */
    @DELETE
    @Path("{id}")
    @Needs(Role.CONFIGURE)
    @Operation(operationId = "deletePause", summary = "Let deployments start again")
    @APIResponse(responseCode = "204", description = "They start, unless another pause holds them")
    public RestResponse<Void> delete(String id) {
        catalog.delete(thing, id, next::look);
        return RestResponse.noContent();
    }
}
