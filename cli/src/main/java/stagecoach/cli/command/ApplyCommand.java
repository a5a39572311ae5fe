package stagecoach.cli.command;

import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import stagecoach.cli.ExitCode;
import stagecoach.cli.client.ApiClient;
import stagecoach.cli.manifest.Application;
import stagecoach.cli.manifest.ManifestReader;

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
            say(" takes " + String.join(", ", located.taken()));
        }
        var application = new Application(api, located);
        application.judge();
        var differences = application.differences();
        for (var difference : differences) {
            say(
                    " %s %s%s"
                            .formatted(
                                    difference.sign(),
                                    difference.resource().label(),
                                    difference.places().isEmpty()
                                            ? ""
                                            : "  " + String.join(", ", difference.places())));
        }
        if (dryRun) {
            say(
                    differences.isEmpty()
                            ? "no differences"
                            : differences.size() + " differences, nothing was changed");
            return differences.isEmpty() ? ExitCode.SUCCEEDED : ExitCode.FAILED;
        }
        if (!differences.isEmpty() && !yes && screen().terminal() && !agreed()) {
            say("nothing was changed");
            return ExitCode.REFUSED;
        }
        application.write();
        say(
                "applied %s: %d documents, %d of them different before"
                        .formatted(
                                file.getFileName(),
                                located.manifest().resources().size(),
                                differences.size()));
        return ExitCode.SUCCEEDED;
    }

    private static boolean agreed() {
        String answer = Objects.requireNonNull(System.console()).readLine("Apply? [y/N] ");
        return answer != null && answer.strip().equalsIgnoreCase("y");
    }
}
