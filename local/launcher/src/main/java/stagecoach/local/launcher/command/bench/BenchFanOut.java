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

/** One command to many machines. */
@Command(
        name = "fanout",
        mixinStandardHelpOptions = true,
        description =
                "One script on many (played) tentacles: when it arrives, how long each answer takes, and CPU for each command.")
final class BenchFanOut extends Bench<Commands.FanOut> {
    private static final int TENTACLES_MAX = 2_000;

    @Option(names = "--tentacles", defaultValue = "1000")
    int tentacles;

    BenchFanOut(Checkout checkout, Screen screen) {
        super(checkout, screen);
    }

    @Override
    void check() {
        between("--tentacles", tentacles, 1, TENTACLES_MAX);
    }

    @Override
    Commands.FanOut measure(LocalMachines machines, Path home) throws Exception {
        return new Commands(machines, home.resolve("played")).fanOut(tentacles);
    }

    @Override
    void tell(Commands.FanOut found, PrintWriter out) {
        out.printf(
                Locale.ROOT,
                "%d commands%n arrived after  %s%n answered in    %s%n CPU each %.1f ms, of the gateway %.2f ms; load %.1f%n",
                found.targets(),
                found.arrived(),
                found.answered(),
                found.cpuMillisEach(),
                found.gatewayCpuMillisEach(),
                found.load());
    }
}
