package stagecoach.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import stagecoach.cli.ExitCode;
import stagecoach.cli.client.ApiClient;
import stagecoach.cli.client.Text;

/** What a person says to a deployment that waits for one. */
final class AnswerCommands {
    private AnswerCommands() {}

    /** A question as people read it: what is asked, and how to answer or what was answered. */
    static List<String> tell(JsonNode asked) {
        var lines = new ArrayList<String>();
        String instructions = asked.path("instructions").asText("how shall it go on?");
        for (String line : instructions.strip().split("\n", -1)) {
            lines.add(
                    lines.isEmpty()
                            ? "%s  %s: %s"
                                    .formatted(
                                            asked.path("id").asText(),
                                            asked.path("kind").asText(),
                                            line)
                            // Set in, so that it is never taken for a line of ours.
                            : "      " + line.stripTrailing());
        }
        if (!asked.hasNonNull("resolvedAt")) {
            lines.add(
                    "   answer: stagecoach interruption resolve %s %s"
                            .formatted(
                                    asked.path("id").asText(),
                                    Text.joined(asked.path("choices")).replace(',', '|')));
            return lines;
        }
        String notes = asked.path("notes").asText("");
        lines.add(
                "   %s by %s at %s%s"
                        .formatted(
                                asked.path("choice").asText("closed"),
                                asked.path("by").asText(),
                                asked.path("resolvedAt").asText(),
                                notes.isEmpty() ? "" : ": " + notes));
        return lines;
    }

    @Command(
            name = "interruptions",
            mixinStandardHelpOptions = true,
            description = "What a deployment has asked people, and the answers.")
    static final class Interruptions extends DeploymentCommand.OfOne {
        @Override
        protected ExitCode run(ApiClient api) {
            JsonNode page = api.get(path() + "/interruptions");
            if (json) {
                sayJson(page);
                return ExitCode.SUCCEEDED;
            }
            if (page.path("items").isEmpty()) {
                say("the deployment has asked nothing");
            }
            page.path("items").forEach(asked -> tell(asked).forEach(this::say));
            return ExitCode.SUCCEEDED;
        }
    }

    @Command(
            name = "resolve",
            mixinStandardHelpOptions = true,
            description = "Answer what a deployment asks, and follow it.")
    static final class Resolve extends ApiCommand {
        @Parameters(index = "0", paramLabel = "INTERRUPTION")
        String id = "";

        @Parameters(
                index = "1",
                paramLabel = "CHOICE",
                description = "PROCEED, ABORT, RETRY, IGNORE or EXCLUDE, as the question allows.")
        String choice = "";

        @Option(names = "--notes", description = "Why; kept with the answer.")
        @Nullable String notes;

        @Option(names = "--detach", description = "Do not follow the deployment.")
        boolean detach;

        @Override
        protected ExitCode run(ApiClient api) throws Exception {
            String chosen = choice.toUpperCase(Locale.ROOT);
            var body = new LinkedHashMap<String, Object>();
            body.put("choice", chosen);
            if (notes != null) {
                body.put("notes", notes);
            }
            JsonNode answered =
                    api.postOnce("/interruptions/" + ApiClient.encoded(id) + "/resolve", body);
            if (detach) {
                answer(answered, "answered " + chosen);
                return ExitCode.SUCCEEDED;
            }
            return new Following(this, api, answered.path("deployment").asText())
                    .toTheEnd(Optional.empty());
        }
    }

    @Command(
            name = "proceed",
            mixinStandardHelpOptions = true,
            description = "Deploy what was only acquired, and follow it.")
    static final class Proceed extends DeploymentCommand.OfOne {
        @Option(names = "--at", paramLabel = "TIME", description = "Not before this time.")
        @Nullable Instant at;

        @Option(names = "--detach", description = "Do not follow the deployment.")
        boolean detach;

        @Override
        protected ExitCode run(ApiClient api) throws Exception {
            JsonNode proceeding =
                    api.postOnce(
                            path() + "/proceed",
                            at == null ? Map.<String, Object>of() : Map.of("at", at.toString()));
            if (detach) {
                answer(proceeding, "proceeding " + id);
                return ExitCode.SUCCEEDED;
            }
            return new Following(this, api, id).toTheEnd(Optional.empty());
        }
    }
}
