package stagecoach.cli.configuration;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
        name = "worker",
        mixinStandardHelpOptions = true,
        description = "List and show workers, and enrol machines as such.",
        subcommands = {
            WorkerCommand.ListAll.class,
            WorkerCommand.Show.class,
            WorkerCommand.Enrol.class
        })
public final class WorkerCommand implements Runnable {
    private static final String PATH = "/workers";

    @Spec @Nullable CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(
                Objects.requireNonNull(spec).commandLine(),
                "say what to do with workers: list, show or enrol");
    }

    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = "Workers with their health.")
    static final class ListAll extends ApiCommand {
        @Override
        protected ExitCode run(ApiClient api) {
            List<JsonNode> workers = api.list(PATH);
            if (json) {
                sayJson(ApiClient.whole(workers));
                return ExitCode.SUCCEEDED;
            }
            var rows = new ArrayList<List<String>>();
            for (JsonNode worker : workers) {
                rows.add(
                        List.of(
                                worker.path("id").asText(),
                                worker.path("region").asText(""),
                                Text.joined(worker.path("workerPools")),
                                worker.path("disabled").asBoolean()
                                        ? "disabled"
                                        : worker.path("health").path("state").asText("UNKNOWN")));
            }
            sayLines(
                    rows.isEmpty()
                            ? "no workers yet; stagecoach worker enrol makes one"
                            : Text.table(List.of("ID", "REGION", "POOLS", "HEALTH"), rows)
                                    .stripTrailing());
            return ExitCode.SUCCEEDED;
        }
    }

    @Command(
            name = "show",
            mixinStandardHelpOptions = true,
            description = "A worker, its pools and its health.")
    static final class Show extends ApiCommand {
        @Parameters(index = "0", paramLabel = "ID")
        String id = "";

        @Override
        protected ExitCode run(ApiClient api) {
            JsonNode worker = api.get(PATH + "/" + ApiClient.encoded(id));
            if (json) {
                sayJson(worker);
                return ExitCode.SUCCEEDED;
            }
            JsonNode health = worker.path("health");
            say(
                    "%s  %s  %s  %s%s"
                            .formatted(
                                    id,
                                    worker.path("region").asText("in no region"),
                                    Text.joined(worker.path("workerPools")),
                                    health.path("state").asText("UNKNOWN"),
                                    worker.path("disabled").asBoolean() ? ", disabled" : ""));
            return ExitCode.SUCCEEDED;
        }
    }

    @Command(
            name = "enrol",
            mixinStandardHelpOptions = true,
            description = "Make a one-time token and the command line to run on the machine.")
    static final class Enrol extends Enrolling {
        @Option(
                names = "--worker-pool",
                split = ",",
                required = true,
                paramLabel = "POOL",
                description = "Whose steps it shall run.")
        List<String> pools = List.of();

        @Override
        protected String kind() {
            return "worker";
        }

        @Override
        protected Map<String, List<String>> places() {
            return Map.of("workerPools", pools);
        }
    }
}
