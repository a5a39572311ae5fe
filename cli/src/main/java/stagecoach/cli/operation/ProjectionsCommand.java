package stagecoach.cli.operation;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import stagecoach.cli.ExitCode;
import stagecoach.cli.client.ApiClient;
import stagecoach.cli.client.Text;
import stagecoach.cli.command.ApiCommand;

@Command(
        name = "projections",
        mixinStandardHelpOptions = true,
        description = "Read models, and their rebuilding from events while they serve.",
        subcommands = {ProjectionsCommand.ListAll.class, ProjectionsCommand.Rebuild.class})
public final class ProjectionsCommand implements Runnable {
    @Spec @Nullable CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(
                Objects.requireNonNull(spec).commandLine(),
                "say what to do with read models: list or rebuild");
    }

    /** What these commands share: of which service. */
    abstract static class OfService extends ApiCommand {
        @Option(
                names = "--service",
                defaultValue = "orchestrator-service",
                description =
                        "Whose; default ${DEFAULT-VALUE}, the one that has read models of others' events.")
        String service = "orchestrator-service";

        final String path() {
            return "/services/%s/projections".formatted(ApiClient.encoded(service));
        }

        /** The read models, with what a service says that has none. */
        final List<JsonNode> projections(ApiClient api) {
            if (api.find(path()).isEmpty()) {
                throw new ParameterException(
                        spec().commandLine(),
                        "%s has no read models that are rebuilt; orchestrator-service has"
                                .formatted(service));
            }
            return api.all(path());
        }

        private static String left(JsonNode rebuild) {
            long left = rebuild.path("rowsLeft").asLong();
            return left == 0
                    ? ""
                    : ", %d left as they were: %s"
                            .formatted(left, rebuild.path("leftBecause").asText());
        }

        /** How a rebuild stands, in words. */
        static String words(JsonNode rebuild) {
            return switch (rebuild.path("state").asText()) {
                case "RUNNING" ->
                        "%d of %d events"
                                .formatted(
                                        rebuild.path("eventsDone").asLong(),
                                        rebuild.path("events").asLong());
                case "DONE" ->
                        "rebuilt at %s: %d rows removed, %d written%s"
                                .formatted(
                                        rebuild.path("endedAt").asText(),
                                        rebuild.path("rowsRemoved").asLong(),
                                        rebuild.path("rowsWritten").asLong(),
                                        left(rebuild));
                case "FAILED" -> "failed: " + rebuild.path("failure").asText();
                default -> "never rebuilt";
            };
        }
    }

    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = "Read models, each with its newest rebuild.")
    static final class ListAll extends OfService {
        @Override
        protected ExitCode run(ApiClient api) {
            if (json) {
                sayJson(api.get(path()));
                return ExitCode.SUCCEEDED;
            }
            var rows = new ArrayList<List<String>>();
            for (JsonNode projection : projections(api)) {
                rows.add(
                        List.of(
                                projection.path("name").asText(),
                                words(projection.path("rebuild"))));
            }
            sayLines(Text.table(List.of("NAME", "REBUILD"), rows).stripTrailing());
            return ExitCode.SUCCEEDED;
        }
    }

    @Command(
            name = "rebuild",
            mixinStandardHelpOptions = true,
            description =
                    "Rebuild read models from the feed of events. Reads see the present ones until the end; it goes on by itself if this command or the service stops.")
    static final class Rebuild extends OfService {
        @Parameters(index = "0", paramLabel = "NAME", arity = "0..1", description = "Default: all.")
        @Nullable String name;

        @Option(names = "--detach", description = "Do not wait for the end.")
        boolean detach;

        @Override
        protected ExitCode run(ApiClient api) throws InterruptedException {
            List<String> names =
                    projections(api).stream().map(p -> p.path("name").asText()).toList();
            if (name != null) {
                names = List.of(name);
            }
            boolean done = true;
            for (String each : names) {
                done &= rebuild(api, each);
            }
            return done ? ExitCode.SUCCEEDED : ExitCode.FAILED;
        }

        private boolean rebuild(ApiClient api, String projection) throws InterruptedException {
            String its = path() + "/" + ApiClient.encoded(projection);
            JsonNode told = api.post(its + "/rebuild");
            String last = "";
            while (!detach && told.path("rebuild").path("state").asText().equals("RUNNING")) {
                String now = words(told.path("rebuild"));
                if (!json && !now.equals(last)) {
                    say("%s  %s".formatted(projection, now));
                }
                last = now;
                Thread.sleep(Duration.ofMillis(500));
                told = api.get(its);
            }
            if (json) {
                sayJson(told);
            } else {
                say("%s  %s".formatted(projection, words(told.path("rebuild"))));
            }
            return !told.path("rebuild").path("state").asText().equals("FAILED");
        }
    }
}
