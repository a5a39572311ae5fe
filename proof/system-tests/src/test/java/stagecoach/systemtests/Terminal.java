package stagecoach.systemtests;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import stagecoach.cli.StagecoachCli;
import stagecoach.cli.client.LocalDefault;

/** Where a person types commands: each with its exit code and what it wrote. */
record Terminal(URI server, Path key) {
    /** The end of a command. */
    record Answer(int exit, String out, String err) {}

    Answer type(String... words) {
        var out = new StringWriter();
        var err = new StringWriter();
        var environment =
                Map.of(
                        "STAGECOACH_URL",
                        server.toString(),
                        "STAGECOACH_API_KEY_FILE",
                        key.toString());
        int exit =
                StagecoachCli.commandLine(new StagecoachCli(environment, LocalDefault.NONE))
                        .setOut(new PrintWriter(out, true))
                        .setErr(new PrintWriter(err, true))
                        .execute(words);
        return new Answer(exit, out.toString(), err.toString());
    }
}
