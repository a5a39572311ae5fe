package stagecoach.local.launcher.command;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import stagecoach.cli.ExitCode;
import stagecoach.local.launcher.installation.LocalRun;

/** Ends the local default. */
@Command(
        name = "down",
        mixinStandardHelpOptions = true,
        description =
                "Stop everything that up, tentacle start and cache start began; the data stays.")
public final class DownCommand implements Callable<Integer> {
    private final LocalRun run;

    @Spec @Nullable CommandSpec spec;

    /** Ends {@code run}. */
    public DownCommand(LocalRun run) {
        this.run = run;
    }

    @Override
    public Integer call() throws Exception {
        String said =
                switch (run.end()) {
                    case STOPPED -> "stopped; the data stays in " + run.folder();
                    case ORPHANS ->
                            "stopped what a killed supervisor had left running; the data stays in "
                                    + run.folder();
                    case NOTHING -> "nothing runs";
                };
        Said.line(spec, said);
        return ExitCode.SUCCEEDED.code();
    }
}
