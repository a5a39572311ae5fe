package stagecoach.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import stagecoach.cli.ExitCode;
import stagecoach.cli.client.ApiClient;
import stagecoach.cli.watch.DeploymentWatch;
import stagecoach.cli.watch.Screen;

/** Follows a deployment for a command and says how it ended and what to do next. */
final class Following {
    private final ApiCommand command;
    private final ApiClient api;
    private final String id;

    Following(ApiCommand command, ApiClient api, String id) {
        this.command = command;
        this.api = api;
        this.id = id;
    }

    ExitCode toTheEnd(Optional<Duration> patience) throws InterruptedException {
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
        DeploymentWatch.Ended ended;
        try {
            ended = new DeploymentWatch(api, screen, id).follow(patience);
        } finally {
            detached.set(false);
        }
        if (command.json) {
            command.sayJson(ended.deployment());
        } else {
            sayEnd(ended);
        }
        return ended.exit();
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
