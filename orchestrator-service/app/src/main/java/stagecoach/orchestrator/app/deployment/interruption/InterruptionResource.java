package stagecoach.orchestrator.app.deployment.interruption;

import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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
import stagecoach.orchestrator.app.deployment.DeploymentKind;
import stagecoach.orchestrator.app.deployment.DeploymentSettings;
import stagecoach.orchestrator.app.deployment.Observations;
import stagecoach.orchestrator.app.deployment.row.DeploymentRow;
import stagecoach.orchestrator.app.deployment.row.InterruptionRow;
import stagecoach.orchestrator.app.release.Answers;
import stagecoach.orchestrator.deployment.DeploymentCommand.Resolve;
import stagecoach.runtime.access.Caller;
import stagecoach.runtime.access.Idempotency;
import stagecoach.runtime.access.Idempotency.Answer;
import stagecoach.runtime.access.InvalidInput;
import stagecoach.runtime.access.Listed;
import stagecoach.runtime.access.Needs;
import stagecoach.runtime.aggregate.Cause;
import stagecoach.runtime.aggregate.CommandHandler;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.codec.Times;
import stagecoach.runtime.request.PageRequest;
import stagecoach.runtime.request.PlainText;
import stagecoach.vocabulary.identity.DeploymentId;
import stagecoach.vocabulary.identity.EnvironmentId;
import stagecoach.vocabulary.identity.InterruptionId;
import stagecoach.vocabulary.identity.Printable;
import stagecoach.wire.StagecoachJson;

/**
 * Questions that deployments ask people. Who may answer is decided for each question, so any key
 * that may read comes in.
 */
@Path("/api/v1/interruptions")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Tag(name = "Releases and deployments")
public class InterruptionResource {
    private final UnitOfWork unitOfWork;
    private final Idempotency idempotency;
    private final CommandHandler commands;
    private final DeploymentKind kind;
    private final Observations observations;
    private final DeploymentSettings settings;
    private final Caller caller;
    private final Clock clock;

    InterruptionResource(
            UnitOfWork unitOfWork,
            Idempotency idempotency,
            CommandHandler commands,
            DeploymentKind kind,
            Observations observations,
            DeploymentSettings settings,
            Caller caller,
            Clock clock) {
        this.unitOfWork = unitOfWork;
        this.idempotency = idempotency;
        this.commands = commands;
        this.kind = kind;
        this.observations = observations;
        this.settings = settings;
        this.caller = caller;
        this.clock = clock;
    }

    /** Lists them over all deployments, those asked first at the head. */
    @GET
    @Operation(
            operationId = "listInterruptions",
            summary = "List what deployments ask people, the oldest first",
            description = "open=true for those that wait for an answer, open=false for the others.")
    public Listed<InterruptionView> list(
            @BeanParam PageRequest page,
            @QueryParam("open") @Nullable String open,
            @QueryParam("project") @Nullable String project,
            @QueryParam("environment") @Nullable String environment) {
        if (open != null && !open.equals("true") && !open.equals("false")) {
            throw new InvalidInput("?open", "This is true or false, or left out.");
        }
        int limit = page.limit();
        var after = page.after().map(Asked::of).orElse(Asked.BEFORE_ALL);
        var asked =
                new ListedQuestions(
                        after.at(),
                        after.id(),
                        open,
                        PlainText.filter("project", project),
                        PlainText.filter("environment", environment));
        return unitOfWork.run(
                tx ->
                        page.page(
                                asked.first(tx, limit + 1),
                                question -> new Asked(question.raisedAt(), question.id()).key(),
                                found -> found));
    }

    /** Where in the list of all questions one stands. */
    private record Asked(Instant at, String id) {
        static final Asked BEFORE_ALL = new Asked(Instant.EPOCH, "");

        static Asked of(String key) {
            int space = key.indexOf(' ');
            try {
                return new Asked(Times.instant(key.substring(0, space)), key.substring(space + 1));
            } catch (DateTimeException | StringIndexOutOfBoundsException e) {
                throw PageRequest.foreignCursor();
            }
        }

        String key() {
            return at + " " + id;
        }
    }

    /** Reads one. */
    @GET
    @Path("{id}")
    @Operation(operationId = "getInterruption", summary = "Read a question that a deployment asks")
    public InterruptionView get(String id) {
        return unitOfWork.run(tx -> view(tx, row(tx, id)));
    }

    private static InterruptionView view(Tx tx, InterruptionRow row) {
        return InterruptionView.of(
                row,
                tx.find(DeploymentRow.class, row.deployment)
                        .orElseThrow(() -> notFound("deployment", row.deployment)));
    }

    /** Answers one; the deployment goes on. */
    @POST
    @Needs(Role.READ)
    @Path("{id}/resolve")
    @Operation(
            operationId = "resolveInterruption",
            summary = "Answer a question that a deployment asks",
            description =
                    "RETRY what failed, IGNORE the failure, EXCLUDE the targets where it failed, or ABORT; PROCEED or ABORT at a manual intervention. What belongs to choices is told with the interruption.")
    @RequestBody(
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = ResolveRequest.class),
                            examples =
                                    @ExampleObject(
                                            name = "retry",
                                            value =
                                                    "{\"choice\": \"RETRY\", \"notes\": \"the disk has room again\"}")))
    @APIResponse(
            responseCode = "200",
            description = "Answered",
            content = @Content(schema = @Schema(implementation = InterruptionView.class)))
    @APIResponse(responseCode = "403", description = "Somebody else is responsible")
    @APIResponse(responseCode = "409", description = "It is not open any more")
    public RestResponse<String> resolve(
            String id,
            @HeaderParam("Idempotency-Key") @Nullable String key,
            byte @Nullable [] json) {
        Cause cause = Cause.of(clock, caller.actor());
        return Answers.of(
                idempotency.once(
                        Optional.ofNullable(key),
                        caller.id(),
                        "POST /api/v1/interruptions/" + id + "/resolve",
                        json == null ? new byte[0] : json,
                        tx -> answered(tx, row(tx, id), ResolveRequest.of(json), cause)));
    }

    private Answer answered(Tx tx, InterruptionRow row, ResolveRequest answer, Cause cause) {
        var deployment = new DeploymentId(row.deployment);
        var environment =
                tx.find(DeploymentRow.class, row.deployment)
                        .map(known -> new EnvironmentId(known.environment))
                        .orElseThrow(() -> notFound("deployment", row.deployment));
        commands.handle(
                tx,
                kind,
                DeploymentKind.streamOf(deployment),
                List.of(
                        new Resolve(
                                new InterruptionId(row.id),
                                answer.choice(),
                                cause.actor(),
                                rolesAndTeams(),
                                Optional.ofNullable(answer.notes()),
                                settings.pauseTrust(),
                                observations.of(tx, environment, cause.at()))),
                cause);
        return new Answer(
                200, Optional.empty(), Optional.of(StagecoachJson.text(view(tx, row(tx, row.id)))));
    }

    /** Their names cannot be mistaken: those of roles are upper case, those of teams lower. */
    private Set<String> rolesAndTeams() {
        return Stream.concat(caller.roles().stream().map(Enum::name), caller.teams().stream())
                .collect(Collectors.toSet());
    }

    private static InterruptionRow row(Tx tx, String id) {
        return tx.find(InterruptionRow.class, id).orElseThrow(() -> notFound("interruption", id));
    }

    private static Rejection notFound(String noun, String id) {
        return Rejection.notFound("There is no %s \"%s\".".formatted(noun, Printable.of(id)));
    }
}
