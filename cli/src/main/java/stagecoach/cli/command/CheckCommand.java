package stagecoach.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import stagecoach.cli.ExitCode;
import stagecoach.cli.client.ApiClient;

@Command(
        name = "check",
        mixinStandardHelpOptions = true,
        description = "Ask machines now whether they are there.",
        subcommands = CheckCommand.Target.class)
public final class CheckCommand implements Runnable {
    @Spec @Nullable CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(
                Objects.requireNonNull(spec).commandLine(), "say what to check: target ID");
    }

    @Command(
            name = "target",
            mixinStandardHelpOptions = true,
            description =
                    "Run a minimal script on a target and wait for its answer; exit 0 if it comes.")
    static final class Target extends ApiCommand {
        @Parameters(index = "0", paramLabel = "ID")
        String id = "";

        @Option(
                names = "--timeout",
                paramLabel = "DURATION",
                description = "Stop waiting after this time, such as 2m; exit 6.")
        @Nullable Duration timeout;

        @Override
        protected ExitCode run(ApiClient api) throws Exception {
            String path = "/targets/" + ApiClient.encoded(id);
            JsonNode run = api.postOnce(path + "/check", Map.of());
            ExitCode exit =
                    new Following(this, api, run.path("id").asText())
                            .toTheEnd(Optional.ofNullable(timeout));
            if (!json) {
                JsonNode health = api.get(path).path("health");
                say(
                        "   %s is %s%s"
                                .formatted(
                                        id,
                                        health.path("state").asText("UNKNOWN"),
                                        health.path("version").isTextual()
                                                ? ", version " + health.path("version").asText()
                                                : ""));
            }
            return exit;
        }
    }
}
