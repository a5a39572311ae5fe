package stagecoach.cli.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import stagecoach.cli.client.ApiClient;
import stagecoach.cli.option.BudgetOptions;

/** What {@code deploy} and {@code preview} take: the body of {@code POST /deployments}. */
final class DeploymentRequest {
    @Parameters(index = "0", paramLabel = "PROJECT")
    String project = "";

    @Parameters(index = "1", paramLabel = "VERSION")
    String version = "";

    @Option(names = "--to", required = true, paramLabel = "ENVIRONMENT", description = "Where to.")
    String environment = "";

    @Option(names = "--targets", split = ",", description = "Only these targets.")
    List<String> targets = List.of();

    @Option(names = "--exclude-targets", split = ",", description = "Not these targets.")
    List<String> excludeTargets = List.of();

    @Option(names = "--skip-steps", split = ",", description = "Leave these steps out.")
    List<String> skipSteps = List.of();

    @Option(
            names = "--force-download",
            description = "Fetch again on every hop what is held already.")
    boolean forceDownload;

    @Option(
            names = "--not-before",
            paramLabel = "TIME",
            description =
                    "Start at this time, such as 2026-11-24T02:00:00Z; nobody is blocked before.")
    @Nullable Instant notBefore;

    @Option(
            names = "--not-after",
            paramLabel = "TIME",
            description = "Give it up if it has not started by this time.")
    @Nullable Instant notAfter;

    @Option(
            names = "--acquire-only",
            description = "Bring the packages and stop there; `deployment proceed` goes on.")
    boolean acquireOnly;

    @Option(
            names = "--guided-failure",
            negatable = true,
            description = "Ask a person at a failure; default is what the environment says.")
    @Nullable Boolean guidedFailure;

    @Option(
            names = {"--variable", "--var"},
            paramLabel = "NAME=VALUE",
            description =
                    "The answer to what the release asks for; what is missing is asked for at a terminal.")
    Map<String, String> variables = new LinkedHashMap<>();

    @Option(
            names = "--variable-file",
            paramLabel = "NAME=FILE",
            description =
                    "The same from a file, whose last line end does not count: for secrets, which others can see in a command line.")
    Map<String, Path> variableFiles = new LinkedHashMap<>();

    @Mixin BudgetOptions budget = new BudgetOptions();

    @Option(names = "--comment", description = "Why, for those who read the log later.")
    @Nullable String comment;

    /**
     * The body, with answers to what the release asks for.
     *
     * @throws picocli.CommandLine.ParameterException if some are missing and nobody is there
     */
    Map<String, Object> body(ApiClient api, PromptedVariables prompted) throws IOException {
        var given = new LinkedHashMap<>(variables);
        for (var file : variableFiles.entrySet()) {
            given.put(file.getKey(), Files.readString(file.getValue()).replaceFirst("\\R\\z", ""));
        }
        return body(prompted.answered(api, this, given));
    }

    private Map<String, Object> body(Map<String, String> answers) {
        var body = new LinkedHashMap<String, Object>();
        body.put("project", project);
        body.put("release", version);
        body.put("environment", environment);
        putUnlessEmpty(body, "targets", targets);
        putUnlessEmpty(body, "excludeTargets", excludeTargets);
        putUnlessEmpty(body, "skipSteps", skipSteps);
        if (forceDownload) {
            body.put("forceDownload", true);
        }
        if (notBefore != null) {
            body.put("notBefore", notBefore.toString());
        }
        if (notAfter != null) {
            body.put("notAfter", notAfter.toString());
        }
        if (acquireOnly) {
            body.put("acquireOnly", true);
        }
        if (guidedFailure != null) {
            body.put("guidedFailure", guidedFailure);
        }
        if (!answers.isEmpty()) {
            body.put("variables", answers);
        }
        budget.putInto(body);
        if (comment != null) {
            body.put("comment", comment);
        }
        return body;
    }

    private static void putUnlessEmpty(
            Map<String, Object> body, String field, List<String> values) {
        if (!values.isEmpty()) {
            body.put(field, values);
        }
    }
}
