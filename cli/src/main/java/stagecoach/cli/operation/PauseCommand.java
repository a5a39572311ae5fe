package stagecoach.cli.operation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
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
import stagecoach.cli.client.Text;
import stagecoach.cli.command.ApiCommand;
import stagecoach.wire.StagecoachJson;

@Command(
        name = "pause",
        mixinStandardHelpOptions = true,
        description =
                "Keep deployments from starting, with a reason; stagecoach remove pause lets them start again.",
        subcommands = {PauseCommand.Create.class, PauseCommand.ListAll.class})
public final class PauseCommand implements Runnable {
    private static final String PATH = "/pauses";
    private static final String ANY = "any";

    @Spec @Nullable CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(
                Objects.requireNonNull(spec).commandLine(),
                "say what to do with pauses: create or list");
    }

    @Command(
            name = "create",
            mixinStandardHelpOptions = true,
            description =
                    "No deployment starts; or none of a project, to an environment, or both. Those under way go on.")
    static final class Create extends ApiCommand {
        @Parameters(index = "0", paramLabel = "ID", description = "Its name, of your choosing.")
        String id = "";

        @Option(
                names = "--project",
                paramLabel = "PROJECT",
                description = "Only deployments of this project.")
        @Nullable String project;

        @Option(
                names = "--environment",
                paramLabel = "ENVIRONMENT",
                description = "Only deployments to this environment.")
        @Nullable String environment;

        @Option(names = "--reason", required = true, description = "For those who wait.")
        String reason = "";

        @Override
        protected ExitCode run(ApiClient api) {
            ObjectNode body = StagecoachJson.mapper().createObjectNode().put("reason", reason);
            if (project != null) {
                body.put("project", project);
            }
            if (environment != null) {
                body.put("environment", environment);
            }
            String path = PATH + "/" + ApiClient.encoded(id);
            // Another's pause must not turn into a smaller one unseen.
            Optional<JsonNode> present = api.find(path);
            if (present.isPresent()) {
                complain(
                        "error: there is a pause \"%s\" already, by %s: %s"
                                .formatted(
                                        id,
                                        present.get().path("by").asText(),
                                        present.get().path("reason").asText()));
                complain(
                        "  Choose another id, or end that one first: stagecoach remove pause "
                                + id);
                return ExitCode.REFUSED;
            }
            JsonNode made = api.put(path, body);
            if (json) {
                sayJson(made);
            } else {
                say("paused; stagecoach remove pause %s ends it".formatted(id));
            }
            return ExitCode.SUCCEEDED;
        }
    }

    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = "What keeps deployments from starting.")
    static final class ListAll extends ApiCommand {
        @Override
        protected ExitCode run(ApiClient api) {
            List<JsonNode> pauses = api.list(PATH);
            if (json) {
                sayJson(ApiClient.whole(pauses));
                return ExitCode.SUCCEEDED;
            }
            var rows = new ArrayList<List<String>>();
            for (JsonNode pause : pauses) {
                rows.add(
                        List.of(
                                pause.path("id").asText(),
                                or(pause.path("project")),
                                or(pause.path("environment")),
                                pause.path("reason").asText(),
                                pause.path("by").asText(),
                                pause.path("since").asText()));
            }
            sayLines(
                    rows.isEmpty()
                            ? "nothing is paused"
                            : Text.table(
                                            List.of(
                                                    "ID",
                                                    "PROJECT",
                                                    "ENVIRONMENT",
                                                    "REASON",
                                                    "BY",
                                                    "SINCE"),
                                            rows)
                                    .stripTrailing());
            return ExitCode.SUCCEEDED;
        }

        private static String or(JsonNode name) {
            return name.isTextual() ? name.asText() : ANY;
        }
    }
}
