package stagecoach.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import stagecoach.cli.ExitCode;
import stagecoach.cli.client.ApiClient;
import stagecoach.cli.client.ApiProblem;
import stagecoach.cli.client.Text;
import stagecoach.wire.StagecoachJson;

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
                answer(
                        outcome(file, size, true),
                        "pushed %s (%s)".formatted(file.getFileName(), Text.bytes(size)));
            } catch (ApiProblem problem) {
                if (!skipDuplicate || problem.status() != 409) {
                    throw problem;
                }
                answer(
                        outcome(file, size, false),
                        "%s is there already".formatted(file.getFileName()));
            }
        }
        return ExitCode.SUCCEEDED;
    }

    /** A document for each file as it is done: of what fails later, programs know what came in. */
    private static JsonNode outcome(Path file, long size, boolean pushed) {
        return StagecoachJson.mapper()
                .createObjectNode()
                .put("file", String.valueOf(file.getFileName()))
                .put("size", size)
                .put("pushed", pushed);
    }
}
