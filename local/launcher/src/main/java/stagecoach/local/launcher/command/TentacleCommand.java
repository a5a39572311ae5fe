package stagecoach.local.launcher.command;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import stagecoach.cli.ExitCode;
import stagecoach.local.launcher.installation.LocalMachines;
import stagecoach.local.launcher.installation.LocalMachines.Machine;

/** Starts and stops tentacles beside the local default. */
@Command(
        name = "tentacle",
        mixinStandardHelpOptions = true,
        description = "Start and stop tentacles on this computer, beside what up has started.")
public final class TentacleCommand {
    private final RunningMachines machines;

    /** Commands on these. */
    public TentacleCommand(RunningMachines machines) {
        this.machines = machines;
    }

    @Command(
            name = "start",
            mixinStandardHelpOptions = true,
            description =
                    "Enrol a tentacle and keep it running: as a target of environments, or as a worker of a pool. One that was here before needs its name only. With --listen it is registered instead, for the gateway to dial.")
    static final class Start implements Callable<Integer> {
        private final RunningMachines machines;

        @Spec @Nullable CommandSpec spec;

        @Option(names = "--name", required = true, description = "The id of the target or worker.")
        String name = "";

        @Option(names = "--region")
        @Nullable String region;

        @Option(names = "--environment", split = ",", description = "One or more.")
        List<String> environments = List.of();

        @Option(names = "--tags", split = ",")
        List<String> tags = List.of();

        @Option(names = "--worker-pool", description = "Makes it a worker.")
        @Nullable String workerPool;

        @Option(
                names = "--listen",
                paramLabel = "PORT",
                description =
                        "It waits at this port for the gateway to dial it, instead of dialling.")
        @Nullable Integer listen;

        Start(RunningMachines machines) {
            this.machines = machines;
        }

        @Override
        public Integer call() throws Exception {
            boolean both = !environments.isEmpty() && workerPool != null;
            boolean neither = environments.isEmpty() && workerPool == null;
            if (both || (neither && (listen != null || !machines.hasTentacle(name)))) {
                throw new ParameterException(
                        Said.commandLine(spec),
                        "say what it shall be: --environment makes it a target, --worker-pool a worker");
            }
            return machines.use(
                    spec,
                    local -> {
                        var machine =
                                new Machine(
                                        name,
                                        Optional.ofNullable(region),
                                        environments,
                                        tags,
                                        Optional.ofNullable(workerPool),
                                        Optional.empty(),
                                        Optional.empty(),
                                        Optional.empty());
                        LocalMachines.Done done =
                                local.startTentacle(
                                        listen == null ? machine : machine.listeningAt(listen));
                        local.awaitReady("tentacle-" + name);
                        Said.line(
                                spec,
                                switch (done) {
                                    case STARTED ->
                                            name
                                                    + (listen == null
                                                            ? " is enrolled and runs"
                                                            : " is registered, runs, and is dialled");
                                    case ALREADY_RAN -> name + " runs already";
                                });
                        return ExitCode.SUCCEEDED;
                    });
        }
    }

    /** The command with its subcommands. */
    public picocli.CommandLine line() {
        return new picocli.CommandLine(this)
                .addSubcommand(new Start(machines))
                .addSubcommand(new StopCommand(machines, "tentacle-"));
    }
}
