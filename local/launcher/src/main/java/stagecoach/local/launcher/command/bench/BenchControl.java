package stagecoach.local.launcher.command.bench;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import stagecoach.cli.watch.Screen;
import stagecoach.local.launcher.bench.played.Commands;
import stagecoach.local.launcher.installation.Checkout;
import stagecoach.local.launcher.installation.LocalMachines;

/** Whether commands wait behind bytes. */
@Command(
        name = "control",
        mixinStandardHelpOptions = true,
        description =
                "How long the answer to a command takes while all (played) tentacles read a package through the gateway, beside the same while they do nothing else.")
final class BenchControl extends Bench<Commands.Control> {
    private static final int TENTACLES_MAX = 500;
    private static final int MEGABYTES_MAX = 1_000;
    private static final int LINE_MAX = 100_000;

    @Option(names = "--tentacles", defaultValue = "50")
    int tentacles;

    @Option(names = "--package-mb", defaultValue = "64")
    int packageMegabytes;

    @Option(
            names = "--mb-per-second",
            defaultValue = "0",
            description = "What all their lines together let through; 0 for all that comes.")
    int megabytesASecond;

    BenchControl(Checkout checkout, Screen screen) {
        super(checkout, screen);
    }

    @Override
    void check() {
        between("--tentacles", tentacles, 1, TENTACLES_MAX);
        between("--package-mb", packageMegabytes, 1, MEGABYTES_MAX);
        between("--mb-per-second", megabytesASecond, 0, LINE_MAX);
    }

    @Override
    Commands.Control measure(LocalMachines machines, Path home) throws Exception {
        return new Commands(machines, home.resolve("played"))
                .control(tentacles, packageMegabytes, megabytesASecond);
    }

    @Override
    void tell(Commands.Control found, PrintWriter out) {
        out.printf(
                Locale.ROOT,
                "%d tentacles%n answered in, idle           %s%n answered in, while they read  %s  (%.0f MB/s)%n ratio of the medians %.2f (goal 2); load %.1f%n",
                found.targets(),
                found.idle(),
                found.reading(),
                found.megabytesASecond(),
                found.ratio(),
                found.load());
    }
}
