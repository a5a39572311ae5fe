package stagecoach.runtime.test;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.util.Map;
import stagecoach.cli.StagecoachCli;
import stagecoach.cli.client.LocalDefault;
import stagecoach.cli.watch.Questions;

/** The command line as an administrator uses it, against the service that a test runs. */
public final class TestCli {
    private final URI url;

    /** One that asks the service at {@code url}. */
    public TestCli(URI url) {
        this.url = url;
    }

    /** What a command said, and its exit code. */
    public record Said(int exit, String out, String err) {}

    /** Runs a command, such as {@code parked list}. */
    public Said run(String... args) {
        return run(new StagecoachCli(environment(), LocalDefault.NONE), args);
    }

    /** The same with a person who can be asked. */
    public Said run(Questions person, String... args) {
        return run(new StagecoachCli(environment(), LocalDefault.NONE, person), args);
    }

    /** The same with a command line that was made otherwise. */
    public static Said run(StagecoachCli root, String... args) {
        var out = new StringWriter();
        var err = new StringWriter();
        int exit =
                StagecoachCli.commandLine(root)
                        .setOut(new PrintWriter(out))
                        .setErr(new PrintWriter(err))
                        .execute(args);
        return new Said(exit, out.toString(), err.toString());
    }

    private Map<String, String> environment() {
        return Map.of("STAGECOACH_URL", url.toString(), "STAGECOACH_API_KEY", TestKeys.ADMIN.key());
    }
}
