package stagecoach.local.launcher.command;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import stagecoach.cli.ExitCode;
import stagecoach.local.launcher.installation.Checkout;
import stagecoach.local.launcher.installation.LocalDefault;
import stagecoach.local.launcher.installation.LocalMachines;
import stagecoach.local.launcher.supervisor.ControlClient;

/** The tentacles and caches beside the local default that runs, for commands to work on. */
public final class RunningMachines {
    private final Checkout checkout;
    private final Path folder;

    /** Those of a checkout's local default in a folder. */
    public RunningMachines(Checkout checkout, Path folder) {
        this.checkout = checkout;
        this.folder = folder;
    }

    /** Whether a tentacle of this name was enrolled here, and so needs to be told nothing more. */
    boolean hasTentacle(String name) {
        return LocalMachines.isEnrolled(LocalDefault.tentacleHome(folder, name));
    }

    /** What a command does with them. */
    @FunctionalInterface
    interface Work {
        ExitCode on(LocalMachines local) throws IOException, InterruptedException;
    }

    /** Does it, or says why not; the exit code. */
    int use(@Nullable CommandSpec spec, Work work) throws InterruptedException {
        try {
            Optional<ControlClient> control = ControlClient.find(folder);
            if (control.isEmpty()) {
                return Said.error(
                        spec, new IOException("nothing runs here. Run ./stagecoach up first."));
            }
            return work.on(new LocalMachines(checkout, folder, control.get())).code();
        } catch (IOException e) {
            return Said.error(spec, e);
        }
    }
}
