package stagecoach.local.launcher.command;

import java.net.URI;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import stagecoach.cli.ExitCode;

/** Starts and stops regional caches beside the local default. */
@Command(
        name = "cache",
        mixinStandardHelpOptions = true,
        description =
                "Start and stop regional caches on this computer, beside what up has started.")
public final class CacheCommand {
    private final RunningMachines machines;

    /** Commands on these. */
    public CacheCommand(RunningMachines machines) {
        this.machines = machines;
    }

    @Command(
            name = "start",
            mixinStandardHelpOptions = true,
            description = "Start a cache, keep it running, and register it for its region.")
    static final class Start implements Callable<Integer> {
        private final RunningMachines machines;

        @Spec @Nullable CommandSpec spec;

        @Option(names = "--name", required = true, description = "The id of the cache.")
        String name = "";

        @Option(names = "--region", required = true)
        String region = "";

        Start(RunningMachines machines) {
            this.machines = machines;
        }

        @Override
        public Integer call() throws Exception {
            return machines.use(
                    spec,
                    local -> {
                        boolean ran = local.isRunning("cache-" + name);
                        URI url = local.startCache(name);
                        local.registerCache(name, region, url, url, local.pullUrl());
                        Said.line(
                                spec,
                                "%s %s at %s".formatted(name, ran ? "runs already" : "runs", url));
                        Said.line(
                                spec,
                                "NuGet clients read it at %s".formatted(local.nugetIndexOf(name)));
                        return ExitCode.SUCCEEDED;
                    });
        }
    }

    /** The command with its subcommands. */
    public picocli.CommandLine line() {
        return new picocli.CommandLine(this)
                .addSubcommand(new Start(machines))
                .addSubcommand(new StopCommand(machines, "cache-"));
    }
}
