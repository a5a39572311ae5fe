package stagecoach.local.launcher.command.bench;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import stagecoach.cli.watch.Screen;
import stagecoach.local.launcher.bench.played.Played;
import stagecoach.local.launcher.installation.Checkout;
import stagecoach.local.launcher.installation.LocalMachines;

/** One hop from service to service. */
@Command(
        name = "latency",
        mixinStandardHelpOptions = true,
        description =
                "How long an event takes from one service to the next, beside one record and one commit on the same broker and database.")
final class BenchLatency extends Bench<Played.Latency> {
    @Option(names = "--deployments", defaultValue = "30")
    int deployments;

    @Option(names = "--messages", defaultValue = "1000")
    int messages;

    BenchLatency(Checkout checkout, Screen screen) {
        super(checkout, screen);
    }

    @Override
    void check() {
        between("--deployments", deployments, 1, 10_000);
        between("--messages", messages, 10, 1_000_000);
    }

    @Override
    Played.Latency measure(LocalMachines machines, Path home) throws Exception {
        return new Played(machines, home.resolve("played")).latency(deployments, messages);
    }

    @Override
    void tell(Played.Latency found, PrintWriter out) {
        out.printf(Locale.ROOT, "hop    %s%n", found.hops());
        out.printf(Locale.ROOT, "bare   %s%n", found.floor());
        out.printf(
                Locale.ROOT,
                "ratio  p50 %.1f x, p99 %.1f x; load %.1f%n",
                found.hops().p50() / found.floor().p50(),
                found.hops().p99() / found.floor().p99(),
                found.load());
    }
}
