package stagecoach.runtime.test;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.util.Map;
import stagecoach.cli.StagecoachCli;
import stagecoach.cli.client.LocalDefault;

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
        var out = new StringWriter();
        var err = new StringWriter();
        var root =
                new StagecoachCli(
                        Map.of(
                                "STAGECOACH_URL",
                                url.toString(),
                                "STAGECOACH_API_KEY",
                                TestKeys.ADMIN.key()),
                        LocalDefault.NONE);
        int exit =
                StagecoachCli.commandLine(root)
                        .setOut(new PrintWriter(out))
                        .setErr(new PrintWriter(err))
                        .execute(args);
        return new Said(exit, out.toString(), err.toString());
    }
}
