package stagecoach.orchestrator.app.deployment.queue;

import io.smallrye.common.annotation.RunOnVirtualThread;
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
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.configuration.ConfigurationDocument.Role;
import stagecoach.runtime.access.Caller;
import stagecoach.runtime.access.Needs;
import stagecoach.runtime.aggregate.Cause;
import stagecoach.runtime.aggregate.CommandHandler;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.request.JsonBody;

/** How many deployments may be under way at once, over all projects and all pods. */
@Path("/api/v1/task-limit")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Tag(name = "Operation")
public class TaskLimitResource {
    private static final int MAX = 10_000;

    private final UnitOfWork unitOfWork;
    private final CommandHandler commands;
    private final NextInLine next;
    private final Caller caller;
    private final Clock clock;

    TaskLimitResource(
            UnitOfWork unitOfWork,
            CommandHandler commands,
            NextInLine next,
            Caller caller,
            Clock clock) {
        this.unitOfWork = unitOfWork;
        this.commands = commands;
        this.next = next;
        this.caller = caller;
        this.clock = clock;
    }

    /**
     * The limit.
     *
     * @param configured whether it is what the service was started with; nobody has set another
     */
    @Schema(name = "TaskLimit")
    public record TaskLimitView(int tasksMax, boolean configured, int underWay) {}

    /** Reads it. */
    @GET
    @Operation(
            operationId = "getTaskLimit",
            summary = "Read how many deployments may be under way at once")
    public TaskLimitView get() {
        return unitOfWork.run(tx -> view(TaskLimit.of(tx)));
    }

    /** Sets it, for all pods, at once. */
    @PUT
    @Needs(Role.CONFIGURE)
    @Operation(
            operationId = "putTaskLimit",
            summary = "Set how many deployments may be under way at once",
            description =
                    "Over all projects and all pods, at once. Without tasksMax (or null) what the services are configured with counts again.")
    @RequestBody(
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = TaskLimitView.class),
                            examples =
                                    @ExampleObject(name = "thirty", value = "{\"tasksMax\": 30}")))
    public TaskLimitView put(byte @Nullable [] json) {
        var body = JsonBody.of(json);
        Optional<Integer> wanted = body.integer("tasksMax", 1, MAX);
        body.ignore("configured", "underWay");
        body.refuseUnknown();
        body.mistakes().refuseIfAny();
        Cause cause = Cause.of(clock, caller.actor());
        return unitOfWork.run(
                tx -> {
                    TaskLimit.set(tx, commands, wanted, cause);
                    next.look(tx);
                    return view(TaskLimit.of(tx));
                });
    }

    private TaskLimitView view(TaskLimit limit) {
        return new TaskLimitView(
                limit.max().orElse(next.tasksMaxConfigured()), limit.max().isEmpty(), limit.used());
    }
}
