package stagecoach.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import stagecoach.cli.ExitCode;
import stagecoach.cli.client.ApiClient;

@Command(
        name = "interruption",
        mixinStandardHelpOptions = true,
        description = "List what deployments ask people, and answer.",
        subcommands = {InterruptionCommand.ListAll.class, AnswerCommands.Resolve.class})
public final class InterruptionCommand implements Runnable {
    @Spec @Nullable CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(
                Objects.requireNonNull(spec).commandLine(),
                "say what to do with interruptions: list or resolve");
    }

    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = "Questions that wait for an answer, the oldest first.")
    static final class ListAll extends ApiCommand {
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

        @Option(names = "--all", description = "Those that were answered, too.")
        boolean all;

        @Override
        protected ExitCode run(ApiClient api) {
            var query =
                    new StringJoiner("&", "/interruptions?", "").setEmptyValue("/interruptions");
            filter("open", all ? null : "true").ifPresent(query::add);
            filter("project", project).ifPresent(query::add);
            filter("environment", environment).ifPresent(query::add);
            List<JsonNode> asked = api.list(query.toString());
            if (json) {
                sayJson(ApiClient.whole(asked));
                return ExitCode.SUCCEEDED;
            }
            if (asked.isEmpty()) {
                say(all ? "nobody was asked anything" : "nobody is asked anything");
            }
            for (JsonNode each : asked) {
                say(
                        "%s %s to %s, since %s"
                                .formatted(
                                        each.path("project").asText(),
                                        each.path("release").asText(),
                                        each.path("environment").asText(),
                                        each.path("raisedAt").asText()));
                AnswerCommands.tell(each).forEach(this::say);
            }
            return ExitCode.SUCCEEDED;
        }

        private static Optional<String> filter(String name, @Nullable String value) {
            return Optional.ofNullable(value).map(text -> name + "=" + ApiClient.encoded(text));
        }
    }
}
