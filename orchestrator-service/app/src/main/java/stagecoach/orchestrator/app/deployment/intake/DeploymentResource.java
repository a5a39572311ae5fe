package stagecoach.orchestrator.app.deployment.intake;

import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
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
import stagecoach.contracts.deployment.DeploymentEvent.RetryFrom;
import stagecoach.orchestrator.app.deployment.CancelBounds;
import stagecoach.orchestrator.app.deployment.DeploymentKind;
import stagecoach.orchestrator.app.deployment.Observations;
import stagecoach.orchestrator.app.deployment.row.DeploymentRow;
import stagecoach.orchestrator.app.progress.DeploymentView;
import stagecoach.orchestrator.app.progress.KnownDeployment;
import stagecoach.orchestrator.app.release.Answers;
import stagecoach.orchestrator.deployment.DeploymentCommand;
import stagecoach.orchestrator.deployment.DeploymentCommand.Cancel;
import stagecoach.orchestrator.deployment.DeploymentCommand.Proceed;
import stagecoach.orchestrator.deployment.DeploymentCommand.Retry;
import stagecoach.runtime.access.Caller;
import stagecoach.runtime.access.Idempotency;
import stagecoach.runtime.access.Idempotency.Answer;
import stagecoach.runtime.access.Needs;
import stagecoach.runtime.aggregate.Cause;
import stagecoach.runtime.aggregate.CommandHandler;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.cancel.CancelSettings;
import stagecoach.runtime.request.JsonBody;
import stagecoach.vocabulary.identity.DeploymentId;
import stagecoach.vocabulary.identity.EnvironmentId;

/** Asks for deployments, ends them and tries them again. */
@Path("/api/v1/deployments")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Needs(Role.DEPLOY)
@Tag(name = "Releases and deployments")
public class DeploymentResource {
    private final Idempotency idempotency;
    private final CommandHandler commands;
    private final DeploymentKind kind;
    private final DraftReader drafts;
    private final Intake intake;
    private final Observations observations;
    private final CancelSettings cancels;
    private final Caller caller;
    private final Clock clock;

    DeploymentResource(
            Idempotency idempotency,
            CommandHandler commands,
            DeploymentKind kind,
            DraftReader drafts,
            Intake intake,
            Observations observations,
            CancelSettings cancels,
            Caller caller,
            Clock clock) {
        this.idempotency = idempotency;
        this.commands = commands;
        this.kind = kind;
        this.drafts = drafts;
        this.intake = intake;
        this.observations = observations;
        this.cancels = cancels;
        this.caller = caller;
        this.clock = clock;
    }

    /** Asks for a deployment; it is queued and, if its slot is free, started. */
    @POST
    @Operation(
            operationId = "createDeployment",
            summary = "Deploy a release to an environment",
            description =
                    "One deployment per project and environment runs at a time; others wait in order and say why.")
    @RequestBody(
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = DeploymentRequest.class),
                            examples =
                                    @ExampleObject(
                                            name =
                                                    "to all targets, with an answer to what the release asks for",
                                            value =
                                                    """
                                                    {"project": "shop", "release": "1.4.0", "environment": "production",
                                                     "variables": {"Change.Ticket": "C-7"}}""")))
    @APIResponse(
            responseCode = "201",
            description = "Queued, or started at once",
            content = @Content(schema = @Schema(implementation = DeploymentView.class)))
    public RestResponse<String> create(
            @HeaderParam("Idempotency-Key") @Nullable String key, byte @Nullable [] json) {
        Cause cause = cause();
        return once(
                key,
                "",
                json,
                tx -> intake.queue(tx, drafts.read(tx, json, cause.at()), 201, cause));
    }

    /** Ends a deployment: what runs is told to end, then ALWAYS steps run, for a bounded time. */
    @POST
    @Path("{id}/cancel")
    @Operation(
            operationId = "cancelDeployment",
            summary = "Cancel a deployment",
            description =
                    "TERM at once, KILL after 10 s, given up 30 s after that; then ALWAYS steps, at most 5 minutes. A repeat changes nothing; {\"skipCleanup\": true} leaves the ALWAYS steps out, or ends them, at any time.")
    @RequestBody(
            required = false,
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = CancelRequest.class),
                            examples =
                                    @ExampleObject(
                                            name = "without clean-up",
                                            value = "{\"skipCleanup\": true}")))
    @APIResponse(
            responseCode = "202",
            description = "It will end",
            content = @Content(schema = @Schema(implementation = DeploymentView.class)))
    @APIResponse(responseCode = "409", description = "It has ended")
    public RestResponse<String> cancel(
            String id,
            @HeaderParam("Idempotency-Key") @Nullable String key,
            byte @Nullable [] json) {
        Cause cause = cause();
        DeploymentId deployment = KnownDeployment.id(id);
        return once(
                key,
                "/" + id + "/cancel",
                json,
                tx -> {
                    boolean skipCleanup = CancelRequest.skipsCleanup(json);
                    var row = row(tx, deployment);
                    var deadline =
                            cause.at()
                                    .plus(CancelBounds.longest(row.steps, cancels))
                                    .plus(cancels.cleanupMax())
                                    .plus(cancels.reportsMax());
                    var environment = new EnvironmentId(row.environment);
                    return handled(
                            tx,
                            deployment,
                            new Cancel(
                                    cause.actor(),
                                    deadline,
                                    skipCleanup,
                                    observations.of(tx, environment, cause.at())),
                            cause);
                });
    }

    /** Begins a new attempt of a deployment that failed or was cancelled. */
    @POST
    @Path("{id}/retry")
    @Operation(
            operationId = "retryDeployment",
            summary = "Try a deployment again",
            description =
                    "FAILED (the default) runs what has not succeeded yet, and PRE_ACQUISITION and ALWAYS steps around it; START runs everything again.")
    @RequestBody(
            required = false,
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = RetryRequest.class),
                            examples =
                                    @ExampleObject(
                                            name = "retry",
                                            value = "{\"from\": \"FAILED\"}")))
    @APIResponse(
            responseCode = "202",
            description = "Queued, or started at once",
            content = @Content(schema = @Schema(implementation = DeploymentView.class)))
    @APIResponse(responseCode = "409", description = "It has not ended, or it succeeded")
    public RestResponse<String> retry(
            String id,
            @HeaderParam("Idempotency-Key") @Nullable String key,
            byte @Nullable [] json) {
        Cause cause = cause();
        DeploymentId deployment = KnownDeployment.id(id);
        return once(
                key,
                "/" + id + "/retry",
                json,
                tx -> {
                    KnownDeployment.check(tx, deployment);
                    return handled(tx, deployment, new Retry(from(json), cause.actor()), cause);
                });
    }

    private static RetryFrom from(byte @Nullable [] json) {
        if (json == null || json.length == 0) {
            return RetryFrom.FAILED;
        }
        var body = JsonBody.of(json);
        Optional<RetryFrom> from = body.choice("from", RetryFrom.class);
        body.refuseUnknown();
        body.mistakes().refuseIfAny();
        return from.orElse(RetryFrom.FAILED);
    }

    /** Deploys what was only acquired. */
    @POST
    @Path("{id}/proceed")
    @Operation(
            operationId = "proceedDeployment",
            summary = "Let a staged deployment proceed",
            description =
                    "Begins a new attempt of a deployment that is STAGED: it queues like any other, and what is not held any more is acquired again.")
    @RequestBody(
            required = false,
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = ProceedRequest.class),
                            examples =
                                    @ExampleObject(
                                            name = "at night",
                                            value = "{\"at\": \"2026-11-24T02:00:00Z\"}")))
    @APIResponse(
            responseCode = "202",
            description = "Queued, or started at once",
            content = @Content(schema = @Schema(implementation = DeploymentView.class)))
    @APIResponse(responseCode = "409", description = "It is not STAGED")
    public RestResponse<String> proceed(
            String id,
            @HeaderParam("Idempotency-Key") @Nullable String key,
            byte @Nullable [] json) {
        Cause cause = cause();
        DeploymentId deployment = KnownDeployment.id(id);
        return once(
                key,
                "/" + id + "/proceed",
                json,
                tx -> {
                    KnownDeployment.check(tx, deployment);
                    var at = ProceedRequest.at(json).filter(time -> time.isAfter(cause.at()));
                    return handled(tx, deployment, new Proceed(cause.actor(), at), cause);
                });
    }

    private Answer handled(Tx tx, DeploymentId deployment, DeploymentCommand command, Cause cause) {
        commands.handle(tx, kind, DeploymentKind.streamOf(deployment), List.of(command), cause);
        return intake.answer(tx, 202, deployment);
    }

    private RestResponse<String> once(
            @Nullable String key, String path, byte @Nullable [] json, Function<Tx, Answer> work) {
        return Answers.of(
                idempotency.once(
                        Optional.ofNullable(key),
                        caller.id(),
                        "POST /api/v1/deployments" + path,
                        json == null ? new byte[0] : json,
                        work));
    }

    private Cause cause() {
        return Cause.of(clock, caller.actor());
    }

    private static DeploymentRow row(Tx tx, DeploymentId id) {
        return tx.find(DeploymentRow.class, id.value())
                .orElseThrow(() -> KnownDeployment.notFound(id.value()));
    }
}
