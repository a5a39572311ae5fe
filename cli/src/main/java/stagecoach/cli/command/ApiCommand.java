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
import stagecoach.cli.client.Shown;
import stagecoach.cli.watch.Screen;
import stagecoach.wire.StagecoachJson;

/** What commands that talk to a server share: which one, and how they answer. */
public abstract class ApiCommand implements Callable<Integer> {
    @Spec private @Nullable CommandSpec spec;

    @Option(
            names = "--url",
            description =
                    "The server; default: STAGECOACH_URL, then the local default that runs here.")
    private @Nullable String url;

    @Option(names = "--json", description = "Answer with JSON.")
    protected boolean json;

    /** Does the work. */
    protected abstract ExitCode run(ApiClient api) throws Exception;

    @Override
    public final Integer call() throws Exception {
        return run(root().connection().client(Optional.ofNullable(url))).code();
    }

    /** Where progress is shown. */
    protected final Screen screen() {
        return root().screen();
    }

    /** What a release asks for at a deployment. */
    final PromptedVariables prompted() {
        return new PromptedVariables(spec().commandLine(), root().questions());
    }

    /** Prints a line for whoever reads. */
    protected final void say(String line) {
        print(Shown.line(line));
    }

    /** Prints several lines, such as a table. */
    protected final void sayLines(String lines) {
        print(Shown.lines(lines));
    }

    /** Prints a line that a machine wrote, in its colours where there are any. */
    protected final void sayOutput(String line) {
        print(screen().terminal() ? Shown.coloured(line) : Shown.line(line));
    }

    /** Prints a document for programs. */
    protected final void sayJson(JsonNode document) {
        print(Shown.json(StagecoachJson.text(document)));
    }

    /** Prints a document for programs, or else a line for people that says the same. */
    protected final void answer(JsonNode document, String line) {
        if (json) {
            sayJson(document);
        } else {
            say(line);
        }
    }

    /** Says what is wrong. */
    protected final void complain(String line) {
        spec().commandLine().getErr().println(Shown.line(line));
        spec().commandLine().getErr().flush();
    }

    private void print(String text) {
        spec().commandLine().getOut().println(text);
        spec().commandLine().getOut().flush();
    }

    /** What picocli knows of this command. */
    protected final CommandSpec spec() {
        return java.util.Objects.requireNonNull(spec, "picocli gives every command its spec");
    }

    /** The program. */
    protected final StagecoachCli root() {
        return (StagecoachCli) spec().root().userObject();
    }
}
