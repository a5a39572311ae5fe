package stagecoach.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import stagecoach.cli.client.ApiClient;
import stagecoach.cli.client.ApiProblem;
import stagecoach.cli.watch.Questions;

/** What a release asks for at a deployment: answered by options, or else by whoever is there. */
final class PromptedVariables {
    private final CommandLine line;
    private final Questions questions;

    PromptedVariables(CommandLine line, Questions questions) {
        this.line = line;
        this.questions = questions;
    }

    /** A question of a release. */
    private record Prompt(
            String name, String label, boolean required, boolean secret, String value) {
        static Prompt of(JsonNode told) {
            String name = told.path("name").asText();
            return new Prompt(
                    name,
                    told.path("label").asText(name),
                    told.path("required").asBoolean(),
                    told.path("sensitive").asBoolean(),
                    told.path("value").asText(""));
        }

        String question() {
            String known =
                    value.isEmpty()
                            ? required ? "" : " [Enter for none]"
                            : " [%s]".formatted(value);
            return secret && !required
                    ? label + " [Enter for the value of the release]: "
                    : label + known + ": ";
        }
    }

    /**
     * The values to send.
     *
     * @param given by options
     * @throws ParameterException if something is missing and nobody can be asked
     */
    Map<String, String> answered(
            ApiClient api, DeploymentRequest request, Map<String, String> given) {
        List<Prompt> open =
                prompts(api, request).stream()
                        .filter(prompt -> !given.containsKey(prompt.name()))
                        .toList();
        if (!questions.possible()) {
            refuseMissing(request, open.stream().filter(Prompt::required).toList());
            return given;
        }
        var answers = new LinkedHashMap<>(given);
        open.forEach(prompt -> ask(prompt).ifPresent(a -> answers.put(prompt.name(), a)));
        return answers;
    }

    private static List<Prompt> prompts(ApiClient api, DeploymentRequest request) {
        try {
            return api
                    .all(
                            "/projects/%s/releases/%s/prompts?environment=%s"
                                    .formatted(
                                            ApiClient.encoded(request.project),
                                            ApiClient.encoded(request.version),
                                            ApiClient.encoded(request.environment)))
                    .stream()
                    .map(Prompt::of)
                    .toList();
        } catch (ApiProblem problem) {
            if (problem.status() == 404) {
                // What is not there is told, with everything else, by the answer to the request.
                return List.of();
            }
            throw problem;
        }
    }

    private void refuseMissing(DeploymentRequest request, List<Prompt> missing) {
        if (!missing.isEmpty()) {
            throw new ParameterException(
                    line,
                    "%s %s asks for what was not given, and nobody is there to be asked:\n%s"
                            .formatted(
                                    request.project,
                                    request.version,
                                    missing.stream()
                                            .map(
                                                    p ->
                                                            "  --variable %s=…   %s"
                                                                    .formatted(p.name(), p.label()))
                                            .collect(Collectors.joining("\n"))));
        }
    }

    /** An answer, or nothing where the value of the release shall count. */
    private Optional<String> ask(Prompt prompt) {
        while (true) {
            String answer =
                    questions
                            .ask(prompt.question(), prompt.secret())
                            .orElseThrow(
                                    () ->
                                            new ParameterException(
                                                    line,
                                                    "there was no answer to \"%s\"; nothing was asked of the server"
                                                            .formatted(prompt.label())));
            if (!answer.isEmpty()) {
                return Optional.of(answer);
            }
            if (!prompt.required()) {
                return Optional.empty();
            }
            if (!prompt.value().isEmpty()) {
                return Optional.of(prompt.value());
            }
        }
    }
}
