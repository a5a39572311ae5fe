package stagecoach.local.launcher.command;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import stagecoach.cli.ExitCode;

/** What a command says, on the streams that picocli gives it. */
public final class Said {
    private Said() {}

    /** Says a line. */
    public static void line(@Nullable CommandSpec spec, String text) {
        var out = commandLine(spec).getOut();
        out.println(text);
        out.flush();
    }

    /** Says what went wrong; the exit code for it. */
    public static int error(@Nullable CommandSpec spec, Exception problem) {
        var err = commandLine(spec).getErr();
        err.println("error: " + problem.getMessage());
        err.flush();
        return ExitCode.FAILED.code();
    }

    /** Says what to take care of, beside what the command says. */
    public static void warning(@Nullable CommandSpec spec, String text) {
        var err = commandLine(spec).getErr();
        err.println("warning: " + text);
        err.flush();
    }

    /** The command line that a command belongs to. */
    public static picocli.CommandLine commandLine(@Nullable CommandSpec spec) {
        return Objects.requireNonNull(spec, "picocli gives every command its spec").commandLine();
    }
}
