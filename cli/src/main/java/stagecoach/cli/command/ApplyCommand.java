package stagecoach.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import stagecoach.cli.ExitCode;
import stagecoach.cli.client.ApiClient;
import stagecoach.cli.manifest.Application;
import stagecoach.cli.manifest.ManifestReader;
import stagecoach.wire.StagecoachJson;

@Command(
        name = "apply",
        mixinStandardHelpOptions = true,
        description =
                "Bring the server to what a manifest says. Everything is judged before anything is written; nothing is deleted.")
public final class ApplyCommand extends ApiCommand {
    @Option(
            names = {"-f", "--file"},
            paramLabel = "FILE",
            defaultValue = "stagecoach.yaml",
            description = "The manifest; default ${DEFAULT-VALUE}.")
    Path file = Path.of("stagecoach.yaml");

    @Option(
            names = {"-y", "--yes"},
            description = "Do not ask.")
    boolean yes;

    @Option(names = "--dry-run", description = "Change nothing; exit 1 if there are differences.")
    boolean dryRun;

    @Override
    protected ExitCode run(ApiClient api) throws Exception {
        var located = ManifestReader.read(file, name -> Optional.ofNullable(System.getenv(name)));
        if (!located.taken().isEmpty()) {
            tell(" takes " + String.join(", ", located.taken()));
        }
        var application = new Application(api, located);
        application.judge();
        var differences = application.differences();
        for (var difference : differences) {
            tell(
                    " %s %s%s"
                            .formatted(
                                    difference.sign(),
                                    difference.resource().label(),
                                    difference.places().isEmpty()
                                            ? ""
                                            : "  " + String.join(", ", difference.places())));
        }
        if (dryRun) {
            answer(
                    outcome(located, differences, false),
                    differences.isEmpty()
                            ? "no differences"
                            : differences.size() + " differences, nothing was changed");
            return differences.isEmpty() ? ExitCode.SUCCEEDED : ExitCode.FAILED;
        }
        if (!differences.isEmpty() && !yes && screen().terminal() && !agreed()) {
            answer(outcome(located, differences, false), "nothing was changed");
            return ExitCode.REFUSED;
        }
        application.write();
        answer(
                outcome(located, differences, true),
                "applied %s: of %d in it, %d were different before"
                        .formatted(
                                file.getFileName(),
                                located.manifest().resources().size(),
                                differences.size()));
        return ExitCode.SUCCEEDED;
    }

    /** A line for people; those who agree must have read it, also before an answer in JSON. */
    private void tell(String line) {
        if (!json) {
            say(line);
        } else if (screen().terminal()) {
            complain(line);
        }
    }

    private JsonNode outcome(
            ManifestReader.Located located,
            List<Application.Difference> differences,
            boolean applied) {
        ObjectNode outcome = StagecoachJson.mapper().createObjectNode();
        outcome.put("file", String.valueOf(file.getFileName()));
        outcome.put("documents", located.manifest().resources().size());
        ArrayNode told = outcome.putArray("differences");
        for (var difference : differences) {
            ObjectNode each = told.addObject();
            each.put("path", difference.resource().path());
            each.put("isNew", difference.sign() == '+');
            difference.places().forEach(each.putArray("places")::add);
        }
        outcome.put("applied", applied);
        return outcome;
    }

    private static boolean agreed() {
        String answer = Objects.requireNonNull(System.console()).readLine("Apply? [y/N] ");
        return answer != null && answer.strip().equalsIgnoreCase("y");
    }
}
