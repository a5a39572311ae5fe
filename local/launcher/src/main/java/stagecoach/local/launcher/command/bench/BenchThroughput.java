package stagecoach.local.launcher.command.bench;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import stagecoach.cli.watch.Screen;
import stagecoach.local.launcher.bench.Peer;
import stagecoach.local.launcher.bench.played.Played;
import stagecoach.local.launcher.installation.Checkout;
import stagecoach.local.launcher.installation.LocalMachines;

/** Many small deployments. */
@Command(
        name = "throughput",
        mixinStandardHelpOptions = true,
        description =
                "Small deployments a second: 3 phases, 5 played machines, 2 commands each, so many at once.")
final class BenchThroughput extends Bench<BenchThroughput.Busy> {
    @Option(names = "--deployments", defaultValue = "200")
    int deployments;

    @Option(names = "--at-once", defaultValue = "20")
    int atOnce;

    /** What many small deployments took, and what the same by Restate did. */
    record Busy(Played.Throughput answer, Peer.Found restate) {}

    BenchThroughput(Checkout checkout, Screen screen) {
        super(checkout, screen);
    }

    @Override
    void check() {
        between("--deployments", deployments, 1, 100_000);
        between("--at-once", atOnce, 1, 200);
    }

    @Override
    Busy measure(LocalMachines machines, Path home) throws Exception {
        return new Busy(
                new Played(machines, home.resolve("played")).throughput(deployments, atOnce),
                new Peer(checkout.root(), "restate.sh").measure(Map.of(), deployments, atOnce));
    }

    @Override
    void tell(Busy found, PrintWriter out) {
        Played.Throughput answer = found.answer();
        out.printf(
                Locale.ROOT,
                "%.2f deployments/s, %d at once; each %s, %.0f ms CPU, %d rows; load %.1f%n",
                answer.perSecond(),
                answer.atOnce(),
                answer.took(),
                answer.cpuMillisEach(),
                answer.rowsEach(),
                answer.load());
        out.printf(Locale.ROOT, "       CPU %s%n", answer.cpuSecondsOf());
        tellPeer(
                "restate",
                found.restate(),
                by ->
                        "%.2f deployments/s = %.1f x ours; p50 %.0f ms, p99 %.0f ms"
                                .formatted(
                                        by.figure("perSecond"),
                                        by.figure("perSecond") / answer.perSecond(),
                                        by.figure("p50"),
                                        by.figure("p99")),
                out);
    }
}
