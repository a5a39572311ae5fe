package stagecoach.local.launcher.command;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import stagecoach.cli.ExitCode;
import stagecoach.cli.watch.Screen;
import stagecoach.local.launcher.demo.Demo;
import stagecoach.local.launcher.installation.Checkout;
import stagecoach.local.launcher.installation.LocalMachines;
import stagecoach.local.launcher.installation.LocalRun;
import stagecoach.local.launcher.installation.Wishes;

/** Runs the demo on a local default of its own. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description =
                "Bring three releases to six machines in two regions, here, and check every claim.")
public final class DemoCommand implements Callable<Integer> {
    private static final String FOLDER = "demo";

    private final Checkout checkout;
    private final Screen screen;

    @Spec @Nullable CommandSpec spec;

    @Option(names = "--keep", description = "Leave it running at the end, until Ctrl-C.")
    boolean keep;

    /** Where a demo of this checkout keeps everything. */
    public static Path folder(Checkout checkout) {
        return checkout.localFolder().resolve(FOLDER);
    }

    /** A demo of {@code checkout}, shown on {@code screen}. */
    public DemoCommand(Checkout checkout, Screen screen) {
        this.checkout = checkout;
        this.screen = screen;
    }

    @Override
    public Integer call() throws Exception {
        screen.keep(
                "One release, six machines, two regions. Real Kafka, PostgreSQL, NuGet and mTLS on this computer.");
        screen.keep(
                "No Docker, no root. Writes .stagecoach/demo and target/. Ctrl-C cleans up. --keep leaves it running.");
        screen.keep("");
        screen.keep(" ✓ JDK        " + System.getProperty("java.version"));
        var scratch = new ScratchDefault(checkout, FOLDER, screen);
        LocalMachines machines;
        try {
            machines = scratch.start(Wishes.none());
        } catch (LocalRun.StartRefused e) {
            return Said.error(spec, e);
        }
        var demo = new Demo(checkout.root(), scratch.home(), machines, screen);
        scratch.endFirst(demo::end);
        ExitCode exit;
        try {
            exit = demo.run();
        } catch (Demo.Refused e) {
            return Said.error(spec, e);
        }
        if (keep) {
            screen.keep(
                    " It goes on running at %s. Ctrl-C ends it.".formatted(machines.api().base()));
            Thread.currentThread().join();
        }
        screen.keep(" Next: ./stagecoach up, then README \"Your first deployment\".");
        return exit.code();
    }
}
