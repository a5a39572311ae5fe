package stagecoach.local.launcher.command;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import stagecoach.cli.ExitCode;

/** Ends a machine that runs beside the local default, of whichever kind. */
@Command(
        name = "stop",
        mixinStandardHelpOptions = true,
        description = "End one; what is configured about it stays, and all that it holds too.")
final class StopCommand implements Callable<Integer> {
    private final RunningMachines machines;
    private final String prefix;

    @Spec @Nullable CommandSpec spec;

    @Option(names = "--name", required = true)
    String name = "";

    /**
     * Ends one of these.
     *
     * @param prefix what the names of processes of this kind begin with
     */
    StopCommand(RunningMachines machines, String prefix) {
        this.machines = machines;
        this.prefix = prefix;
    }

    @Override
    public Integer call() throws Exception {
        return machines.use(
                spec,
                local -> {
                    local.stop(prefix + name);
                    Said.line(spec, name + " is stopped");
                    return ExitCode.SUCCEEDED;
                });
    }
}
