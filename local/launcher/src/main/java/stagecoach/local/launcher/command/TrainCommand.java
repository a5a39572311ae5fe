package stagecoach.local.launcher.command;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import stagecoach.cli.ExitCode;
import stagecoach.cli.watch.Screen;
import stagecoach.local.launcher.bench.DeploymentBench;
import stagecoach.local.launcher.installation.Checkout;
import stagecoach.local.launcher.installation.LocalMachines;
import stagecoach.local.launcher.installation.LocalRun;
import stagecoach.local.launcher.installation.Wishes;
import stagecoach.local.launcher.program.ServiceProgram;

/**
 * Lets the services of a local default of its own deploy something while Java watches, and keeps
 * what it saw: from then on, until the next build, they start and work with it.
 */
@Command(
        name = "train",
        mixinStandardHelpOptions = true,
        description = {
            "Deploy once, here, while Java watches, and keep what it saw (AOT caches, 500 MB in target folders).",
            "From then until the next build, up takes a third of the processor time, and a first deployment the half."
        })
public final class TrainCommand implements Callable<Integer> {
    private final Checkout checkout;
    private final Screen screen;

    @Spec @Nullable CommandSpec spec;

    /** Training for {@code checkout}, told on {@code screen}. */
    public TrainCommand(Checkout checkout, Screen screen) {
        this.checkout = checkout;
        this.screen = screen;
    }

    @Override
    public Integer call() throws Exception {
        try {
            train(checkout, screen);
        } catch (LocalRun.StartRefused e) {
            return Said.error(spec, e);
        }
        return ExitCode.SUCCEEDED.code();
    }

    /** Trains what is not trained since the last build. */
    public static void ensure(Checkout checkout, Screen screen) throws Exception {
        if (!ServiceProgram.areTrained(checkout.root())) {
            train(checkout, screen);
        }
    }

    private static void train(Checkout checkout, Screen screen) throws Exception {
        screen.keep(" ▶ train      a deployment is rehearsed; about a minute, once per build");
        var scratch = new ScratchDefault(checkout, "train", screen);
        LocalMachines machines =
                scratch.start(Wishes.none(), () -> ServiceProgram.learnIn(scratch.home()));
        new DeploymentBench(machines, scratch.home().resolve("bench-package"))
                .run(new DeploymentBench.Question(3, 2, 3, "EXECUTION_TARGET"), 2);
        scratch.end();
        ServiceProgram.train(checkout.root());
        screen.keep(" ✓ train");
    }
}
