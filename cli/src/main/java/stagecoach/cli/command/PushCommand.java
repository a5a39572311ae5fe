package stagecoach.cli.command;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import stagecoach.cli.ExitCode;
import stagecoach.cli.client.ApiClient;
import stagecoach.cli.client.ApiProblem;
import stagecoach.cli.client.Text;

@Command(
        name = "push",
        mixinStandardHelpOptions = true,
        description = "Push packages to the built-in feed.")
public final class PushCommand extends ApiCommand {
    @Parameters(arity = "1..*", paramLabel = "FILE", description = "A .nupkg file.")
    List<Path> files = List.of();

    @picocli.CommandLine.Option(
            names = "--skip-duplicate",
            description = "A version that is there already is no failure.")
    boolean skipDuplicate;

    @Override
    protected ExitCode run(ApiClient api) throws Exception {
        for (Path file : files) {
            long size = Files.size(file);
            try {
                api.push(file);
                say("pushed %s (%s)".formatted(file.getFileName(), Text.bytes(size)));
            } catch (ApiProblem problem) {
                if (!skipDuplicate || problem.status() != 409) {
                    throw problem;
                }
                say("%s is there already".formatted(file.getFileName()));
            }
        }
        return ExitCode.SUCCEEDED;
    }
}
