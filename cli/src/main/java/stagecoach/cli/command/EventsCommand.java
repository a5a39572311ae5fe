package stagecoach.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import stagecoach.cli.ExitCode;
import stagecoach.cli.client.ApiClient;
import stagecoach.cli.client.Outage;

@Command(
        name = "events",
        mixinStandardHelpOptions = true,
        description = "The stream of events, one JSON line each.")
public final class EventsCommand extends ApiCommand {
    @Option(names = "--cursor", description = "Go on behind this place.")
    @Nullable String cursor;

    @Option(
            names = "--deployment",
            paramLabel = "ID",
            description = "Only those of this deployment.")
    @Nullable String deployment;

    @Option(
            names = "--project",
            paramLabel = "PROJECT",
            description = "Only those of this project.")
    @Nullable String project;

    @Option(
            names = "--environment",
            paramLabel = "ENVIRONMENT",
            description = "Only those of this environment.")
    @Nullable String environment;

    @Option(names = "--type", description = "A bare event name, such as DeploymentEnded.")
    @Nullable String type;

    @Option(
            names = {"-f", "--follow"},
            description = "Wait for more.")
    boolean follow;

    @Override
    protected ExitCode run(ApiClient api) throws InterruptedException {
        String filter =
                asked("deployment", deployment)
                        + asked("project", project)
                        + asked("environment", environment)
                        + asked("type", type);
        String at = asked("cursor", cursor);
        var outage = Outage.ofAStranger();
        while (true) {
            String from = filter + at;
            Optional<JsonNode> page = outage.over(() -> api.get("/events?limit=500" + from));
            if (page.isPresent()) {
                page.get().path("items").forEach(this::sayJson);
                at = asked("cursor", page.get().path("next").asText());
                if (!page.get().path("caughtUp").asBoolean()) {
                    continue;
                }
                if (!follow) {
                    return ExitCode.SUCCEEDED;
                }
            }
            Thread.sleep(Duration.ofMillis(500));
        }
    }

    private static String asked(String name, @Nullable String value) {
        return value == null ? "" : "&" + name + "=" + ApiClient.encoded(value);
    }
}
