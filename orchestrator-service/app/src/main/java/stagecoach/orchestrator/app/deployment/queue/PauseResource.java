package stagecoach.orchestrator.app.deployment.queue;

import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.time.Clock;
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
import stagecoach.orchestrator.app.catalog.CatalogStore;
import stagecoach.orchestrator.app.catalog.row.ProjectRow;
import stagecoach.orchestrator.app.request.KnownNames;
import stagecoach.runtime.access.Caller;
import stagecoach.runtime.access.InvalidInput;
import stagecoach.runtime.access.Listed;
import stagecoach.runtime.access.Needs;
import stagecoach.runtime.aggregate.Cause;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.request.JsonBody;
import stagecoach.runtime.request.PageRequest;
import stagecoach.vocabulary.identity.IdRule;
import stagecoach.vocabulary.identity.Printable;

/** Keeps deployments from starting, with a reason, and lets them start again. */
@Path("/api/v1/pauses")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Tag(name = "Releases and deployments")
public class PauseResource {
    private static final int REASON_MAX = 500;

    private final UnitOfWork unitOfWork;
    private final CatalogStore store;
    private final NextInLine next;
    private final Caller caller;
    private final Clock clock;

    PauseResource(
            UnitOfWork unitOfWork,
            CatalogStore store,
            NextInLine next,
            Caller caller,
            Clock clock) {
        this.unitOfWork = unitOfWork;
        this.store = store;
        this.next = next;
        this.caller = caller;
        this.clock = clock;
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
    @Operation(summary = "List what keeps deployments from starting")
    public Listed<Pause> list(@BeanParam PageRequest page) {
        int limit = page.limit();
        return unitOfWork.run(
                tx ->
                        page.page(
                                Pauses.behind(tx, page.after().orElse(""), limit + 1),
                                Pause::id,
                                found -> found));
    }

    /** Reads one. */
    @GET
    @Path("{id}")
    @Operation(summary = "Read a pause")
    public Pause get(String id) {
        return unitOfWork.run(tx -> Pauses.find(tx, id).orElseThrow(() -> notFound(id)));
    }

    /** Keeps deployments from starting; those under way go on. */
    @PUT
    @Path("{id}")
    @Needs(Role.CONFIGURE)
    @Operation(
            summary = "Keep deployments from starting",
            description =
                    "All of them, or those of a project, to an environment, or both. They queue, and say why they wait.")
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
    public Pause put(String id, byte @Nullable [] json) {
        if (!IdRule.allows(id)) {
            throw new InvalidInput("/id", IdRule.refusal("pause", id) + ".");
        }
        Cause cause = Cause.of(clock, caller.actor());
        return unitOfWork.run(
                tx -> {
                    store.lock(tx);
                    // Whoever is being started now has started when this is answered.
                    TaskLimit.locked(tx);
                    Pauses.put(tx, read(tx, id, JsonBody.of(json), cause));
                    // It may hold fewer than before.
                    next.look(tx);
                    return Pauses.find(tx, id).orElseThrow(() -> notFound(id));
                });
    }

    private Pause read(Tx tx, String id, JsonBody body, Cause cause) {
        Optional<String> project = body.text("project");
        project.filter(name -> tx.find(ProjectRow.class, name).isEmpty())
                .ifPresent(
                        name ->
                                body.mistake(
                                        "project", "There is no project \"%s\".".formatted(name)));
        Optional<String> environment = body.text("environment");
        environment.ifPresent(
                name ->
                        KnownNames.checkOne(
                                body,
                                "environment",
                                "environment",
                                name,
                                store.names(tx).environments()));
        Optional<String> reason = body.requiredText("reason");
        reason.filter(text -> text.length() > REASON_MAX)
                .ifPresent(
                        _ ->
                                body.mistake(
                                        "reason",
                                        "A reason has at most %d characters."
                                                .formatted(REASON_MAX)));
        body.ignore("id", "since", "by");
        body.refuseUnknown();
        body.mistakes().refuseIfAny();
        return new Pause(
                id,
                project.orElse(null),
                environment.orElse(null),
                reason.orElseThrow(),
                cause.at(),
                cause.actor());
    }

    /** Lets them start again, in the order in which they were asked for. */
    @DELETE
    @Path("{id}")
    @Needs(Role.CONFIGURE)
    @Operation(summary = "Let deployments start again")
    @APIResponse(responseCode = "204", description = "They start, unless another pause holds them")
    public RestResponse<Void> delete(String id) {
        unitOfWork.execute(
                tx -> {
                    if (!Pauses.remove(tx, id)) {
                        throw notFound(id);
                    }
                    next.look(tx);
                });
        return RestResponse.noContent();
    }

    private static Rejection notFound(String id) {
        return Rejection.notFound("There is no pause \"%s\".".formatted(Printable.of(id)));
    }
}
