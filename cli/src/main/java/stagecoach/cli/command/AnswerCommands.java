package stagecoach.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import stagecoach.cli.ExitCode;
import stagecoach.cli.client.ApiClient;

/** What a person says to a deployment that waits for one. */
final class AnswerCommands {
    private AnswerCommands() {}

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
            page.path("items").forEach(this::sayOne);
            return ExitCode.SUCCEEDED;
        }

        private void sayOne(JsonNode asked) {
            say(
                    "%s  %s: %s"
                            .formatted(
                                    asked.path("id").asText(),
                                    asked.path("kind").asText(),
                                    asked.path("instructions").asText("how shall it go on?")));
            if (!asked.hasNonNull("resolvedAt")) {
                say(
                        "   answer: stagecoach deployment resolve %s %s"
                                .formatted(asked.path("id").asText(), choices(asked)));
                return;
            }
            String notes = asked.path("notes").asText("");
            say(
                    "   %s by %s at %s%s"
                            .formatted(
                                    asked.path("choice").asText("closed"),
                                    asked.path("by").asText(),
                                    asked.path("resolvedAt").asText(),
                                    notes.isEmpty() ? "" : ": " + notes));
        }

        private static String choices(JsonNode asked) {
            return StreamSupport.stream(asked.path("choices").spliterator(), false)
                    .map(JsonNode::asText)
                    .collect(Collectors.joining("|"));
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
            String answer = choice.toUpperCase(Locale.ROOT);
            var body = new LinkedHashMap<String, Object>();
            body.put("choice", answer);
            if (notes != null) {
                body.put("notes", notes);
            }
            JsonNode answered =
                    api.postOnce("/interruptions/" + ApiClient.encoded(id) + "/resolve", body);
            if (detach) {
                say("answered " + answer);
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
            api.postOnce(
                    path() + "/proceed",
                    at == null ? Map.<String, Object>of() : Map.of("at", at.toString()));
            if (detach) {
                say("proceeding " + id);
                return ExitCode.SUCCEEDED;
            }
            return new Following(this, api, id).toTheEnd(Optional.empty());
        }
    }
}
