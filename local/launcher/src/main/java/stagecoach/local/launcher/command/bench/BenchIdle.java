package stagecoach.local.launcher.command.bench;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import stagecoach.cli.watch.Screen;
import stagecoach.local.launcher.bench.played.IdleBench;
import stagecoach.local.launcher.installation.Checkout;
import stagecoach.local.launcher.installation.LocalMachines;

/** Many machines that are only connected. */
@Command(
        name = "idle",
        mixinStandardHelpOptions = true,
        description =
                "Resident memory of one gateway for each (played) tentacle that is connected to it, and its CPU while nothing happens.")
final class BenchIdle extends Bench<IdleBench.Answer> {
    private static final int TENTACLES_MAX = 20_000;

    @Option(names = "--tentacles", defaultValue = "5000")
    int tentacles;

    @Option(names = "--seconds", defaultValue = "30", description = "How long nothing happens.")
    int seconds;

    BenchIdle(Checkout checkout, Screen screen) {
        super(checkout, screen);
    }

    @Override
    void check() {
        between("--tentacles", tentacles, 1, TENTACLES_MAX);
        between("--seconds", seconds, 1, 3_600);
    }

    @Override
    IdleBench.Answer measure(LocalMachines machines, Path home) throws Exception {
        return new IdleBench(machines, home.resolve("played")).run(tentacles, seconds);
    }

    @Override
    void tell(IdleBench.Answer found, PrintWriter out) {
        out.printf(
                Locale.ROOT,
                "%d tentacles: %.1f KB each (%d MB before, %d MB with them); joined in %.0f s; idle %.1f ms CPU a second; load %.1f%n",
                found.tentacles(),
                found.bytesEach() / 1e3,
                found.bytesBefore() / 1_000_000,
                found.bytesAfter() / 1_000_000,
                found.joinSeconds(),
                found.cpuMillisASecond(),
                found.load());
    }
}
