package stagecoach.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import stagecoach.cli.ExitCode;
import stagecoach.cli.client.ApiClient;
import stagecoach.cli.client.ApiProblem;
import stagecoach.cli.client.Text;
import stagecoach.cli.watch.DeploymentWatch;
import stagecoach.cli.watch.Screen;

/** Follows a deployment for a command and says how it ended and what to do next. */
public final class Following {
    private static final int CONFLICT = 409;

    private final ApiCommand command;
    private final ApiClient api;
    private final String id;

    /** Follows {@code id} in the words of {@code command}. */
    public Following(ApiCommand command, ApiClient api, String id) {
        this.command = command;
        this.api = api;
        this.id = id;
    }

    /** Until it has ended, or for as long as one has patience. */
    public ExitCode toTheEnd(Optional<Duration> patience) throws InterruptedException {
        DeploymentWatch.Ended ended = followed(patience);
        tell(ended);
        return ended.exit();
    }

    /** The same; a deployment that takes longer is cancelled, and how that ends is not awaited. */
    ExitCode toTheEndOrCancel(Duration patience) throws InterruptedException {
        DeploymentWatch.Ended ended = followed(Optional.of(patience));
        if (ended.exit() != ExitCode.TIMED_OUT) {
            tell(ended);
            return ended.exit();
        }
        JsonNode cancelled;
        try {
            cancelled = api.postOnce("/deployments/" + ApiClient.encoded(id) + "/cancel", Map.of());
        } catch (ApiProblem problem) {
            if (problem.status() != CONFLICT) {
                throw problem;
            }
            // It has ended meanwhile, and how it did is what counts.
            return toTheEnd(Optional.of(Duration.ZERO));
        }
        command.answer(
                cancelled,
                "   it takes longer than %s: cancelling %s; stagecoach deployment watch %s shows how it ends"
                        .formatted(Text.clock(patience), id, id));
        return ended.exit();
    }

    private DeploymentWatch.Ended followed(Optional<Duration> patience)
            throws InterruptedException {
        var detached = new AtomicBoolean(true);
        Thread farewell =
                new Thread(
                        () -> {
                            if (detached.get()) {
                                System.err.printf(
                                        "%nStopped following; deployment %s goes on. Follow it again: stagecoach deployment watch %s%n",
                                        id, id);
                            }
                        },
                        "farewell");
        Runtime.getRuntime().addShutdownHook(farewell);
        Screen screen =
                command.json
                        ? new Screen(
                                new PrintStream(
                                        OutputStream.nullOutputStream(),
                                        false,
                                        StandardCharsets.UTF_8),
                                false)
                        : command.screen();
        try {
            return new DeploymentWatch(api, screen, id).follow(patience);
        } finally {
            detached.set(false);
        }
    }

    private void tell(DeploymentWatch.Ended ended) {
        if (command.json) {
            command.sayJson(ended.deployment());
        } else {
            sayEnd(ended);
        }
    }

    private void sayEnd(DeploymentWatch.Ended ended) {
        JsonNode deployment = ended.deployment();
        String what =
                "%s %s"
                        .formatted(
                                deployment.path("project").asText(),
                                deployment.path("release").asText());
        switch (ended.exit()) {
            case SUCCEEDED -> {
                boolean staged = deployment.path("state").asText().equals("STAGED");
                command.say(
                        " ✓ %s → %s %s"
                                .formatted(
                                        what,
                                        deployment.path("environment").asText(),
                                        staged ? "has its packages in place" : "succeeded"));
                if (staged) {
                    command.say("   then: stagecoach deployment proceed " + id);
                }
            }
            case FAILED -> {
                boolean cancelled = deployment.path("state").asText().equals("CANCELLED");
                String why = deployment.path("failure").asText("");
                command.say(
                        " ✗ %s %s%s"
                                .formatted(
                                        what,
                                        cancelled ? "was cancelled" : "failed",
                                        why.isEmpty() ? "" : ": " + why));
                command.say("   why:  stagecoach deployment logs " + id);
                command.say("   then: stagecoach deployment retry " + id);
            }
            case TIMED_OUT ->
                    command.say(
                            "   stopped waiting; deployment %s goes on. Follow it: stagecoach deployment watch %s"
                                    .formatted(id, id));
            case WAITS_FOR_PERSON -> {
                command.say("   deployment %s waits for a person".formatted(id));
                command.say("   then: stagecoach deployment interruptions " + id);
            }
            case USAGE, REFUSED, UNREACHABLE ->
                    throw new IllegalStateException("a watch does not end so: " + ended.exit());
        }
    }
}
