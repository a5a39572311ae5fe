package stagecoach.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import stagecoach.cli.ExitCode;
import stagecoach.cli.StagecoachCli;
import stagecoach.cli.client.ApiClient;
import stagecoach.cli.watch.Screen;
import stagecoach.wire.StagecoachJson;

/** What commands that talk to a server share: which one, and how they answer. */
abstract class ApiCommand implements Callable<Integer> {
    @Spec @Nullable CommandSpec spec;

    @Option(
            names = "--url",
            description =
                    "The server; default: STAGECOACH_URL, then the local default that runs here.")
    @Nullable String url;

    @Option(names = "--json", description = "Answer with JSON.")
    boolean json;

    /** Does the work. */
    abstract ExitCode run(ApiClient api) throws Exception;

    @Override
    public final Integer call() throws Exception {
        return run(root().connection().client(Optional.ofNullable(url))).code();
    }

    final Screen screen() {
        return root().screen();
    }

    final void say(String line) {
        spec().commandLine().getOut().println(line);
        spec().commandLine().getOut().flush();
    }

    final void sayJson(JsonNode document) {
        say(StagecoachJson.text(document));
    }

    final CommandSpec spec() {
        return java.util.Objects.requireNonNull(spec, "picocli gives every command its spec");
    }

    private StagecoachCli root() {
        return (StagecoachCli) spec().root().userObject();
    }
}
