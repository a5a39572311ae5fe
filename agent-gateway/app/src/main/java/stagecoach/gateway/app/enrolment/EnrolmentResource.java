package stagecoach.gateway.app.enrolment;

import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.configuration.ConfigurationDocument.Role;
import stagecoach.contracts.configuration.ConfigurationEvent.Kind;
import stagecoach.gateway.app.enrolment.KnownPlaces.Place;
import stagecoach.runtime.access.Caller;
import stagecoach.runtime.access.FieldError;
import stagecoach.runtime.access.InvalidInput;
import stagecoach.runtime.access.Needs;
import stagecoach.runtime.aggregate.UnitOfWork;

/** {@code /api/v1/enrolments}: one-time tokens for machines that shall join. */
@Path("/api/v1/enrolments")
@Tag(name = "Machines")
@Produces(MediaType.APPLICATION_JSON)
public class EnrolmentResource {
    private static final long LOOK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final UnitOfWork unitOfWork;
    private final EnrolmentTokens tokens;
    private final KnownPlaces places;
    private final EnrolmentConfig config;
    private final Caller caller;
    private final Clock clock;

    EnrolmentResource(
            UnitOfWork unitOfWork,
            EnrolmentTokens tokens,
            KnownPlaces places,
            EnrolmentConfig config,
            Caller caller,
            Clock clock) {
        this.unitOfWork = unitOfWork;
        this.tokens = tokens;
        this.places = places;
        this.config = config;
        this.caller = caller;
        this.clock = clock;
    }

    /**
     * A token, shown once.
     *
     * @param command the very command line to run on the machine
     */
    public record Enrolment(String token, String command, Instant expiresAt) {}

    /** The body as the API's document tells it; {@link EnrolmentRequest} reads it. */
    @Schema(name = "EnrolmentRequest", description = "Either target or worker: what the machine is")
    record Form(
            @Nullable EnrolledTarget target,
            @Nullable EnrolledWorker worker,
            @Schema(description = "How long the token is good", implementation = String.class)
                    @Nullable Duration validFor) {
        /** A machine that is deployed to. */
        @Schema(name = "EnrolledTarget")
        record EnrolledTarget(
                @Schema(required = true) String id,
                @Nullable String name,
                @Schema(required = true) List<String> environments,
                @Nullable List<String> tags,
                @Nullable String region,
                @Nullable Boolean disabled) {}

        /** A machine that works for others. */
        @Schema(name = "EnrolledWorker")
        record EnrolledWorker(
                @Schema(required = true) String id,
                @Nullable String name,
                @Schema(required = true) List<String> workerPools,
                @Nullable String region,
                @Nullable Boolean disabled) {}
    }

    /** Makes a token for a machine that shall become the target or worker in the body. */
    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Needs(Role.CONFIGURE)
    @RunOnVirtualThread
    @Operation(
            operationId = "enrol",
            summary =
                    "Make a one-time token, and the command line that enrols a machine as the given target or worker")
    @RequestBody(
            required = true,
            content =
                    @Content(
                            schema = @Schema(implementation = Form.class),
                            examples = {
                                @ExampleObject(
                                        name = "target",
                                        value =
                                                "{\"target\":{\"id\":\"web-1\",\"environments\":[\"production\"],\"tags\":[\"web\"],\"region\":\"eu\"},\"validFor\":\"PT1H\"}"),
                                @ExampleObject(
                                        name = "worker",
                                        value =
                                                "{\"worker\":{\"id\":\"hq-1\",\"workerPools\":[\"hq\"]}}")
                            }))
    @APIResponse(
            responseCode = "201",
            description = "The token, shown only now",
            content = @Content(schema = @Schema(implementation = Enrolment.class)))
    public Response enrol(String body) {
        EnrolmentRequest request = EnrolmentRequest.read(body, config.validForMax());
        refuseMissingPlaces(request);
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        Instant expiresAt = now.plus(request.validFor().orElse(config.validForDefault()));
        String token =
                unitOfWork.run(
                        tx ->
                                tokens.mint(
                                        tx,
                                        request.agent(),
                                        request.document(),
                                        caller.actor(),
                                        now,
                                        expiresAt));
        return Response.status(Response.Status.CREATED)
                .entity(new Enrolment(token, commandLine(token), expiresAt))
                .build();
    }

    /** The token goes by the input: all users of a machine see the arguments of its processes. */
    private String commandLine(String token) {
        String program =
                config.tentacleCommand()
                        .map(command -> command + " enrol --home stagecoach-tentacle --token -")
                        .orElse("sudo ./install.sh");
        return "printf '%%s\\n' '%s' | %s --gateway %s --bytes %s"
                .formatted(token, program, config.agentPublicUrl(), config.bytesPublicUrl());
    }

    /** What was configured a moment ago may still be on its way here, so it is waited for. */
    private void refuseMissingPlaces(EnrolmentRequest request) {
        Instant patience = clock.instant().plus(config.placesWaitMax());
        Set<Place> missing = missing(request);
        while (!missing.isEmpty() && clock.instant().isBefore(patience)) {
            LockSupport.parkNanos(LOOK_AGAIN_NANOS);
            missing = missing(request);
        }
        if (missing.isEmpty()) {
            return;
        }
        List<FieldError> errors = new ArrayList<>();
        for (var named : request.places().entrySet()) {
            if (missing.contains(named.getValue())) {
                errors.add(new FieldError(named.getKey(), sentence(named.getValue())));
            }
        }
        throw new InvalidInput(errors);
    }

    private Set<Place> missing(EnrolmentRequest request) {
        return unitOfWork.run(tx -> places.missing(tx, request.places().values()));
    }

    private static String sentence(Place place) {
        String what = place.kind().name().toLowerCase(Locale.ROOT).replace('_', ' ');
        String path =
                place.kind() == Kind.WORKER_POOL
                        ? "worker-pools"
                        : place.kind().name().toLowerCase(Locale.ROOT) + "s";
        return "There is no %s \"%s\"; create it with PUT /api/v1/%s/%s."
                .formatted(what, place.id(), path, place.id());
    }
}
