package stagecoach.local.launcher.command.bench;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import stagecoach.cli.watch.Screen;
import stagecoach.local.launcher.bench.IngestBench;
import stagecoach.local.launcher.installation.Checkout;
import stagecoach.local.launcher.installation.LocalMachines;

/** Packages are pushed. */
@Command(
        name = "ingest",
        mixinStandardHelpOptions = true,
        description =
                "The package-service takes many small packages and a large one, beside a plain copy that is hashed: time, CPU, and the most memory that it had meanwhile.")
final class BenchIngest extends Bench<IngestBench.Answer> {
    @Option(names = "--packages", defaultValue = "1000")
    int packages;

    @Option(
            names = "--package-mb",
            defaultValue = "2000",
            description =
                    "The large one; 8590 is 8 GiB. Three times as much of the disk is needed.")
    int packageMegabytes;

    BenchIngest(Checkout checkout, Screen screen) {
        super(checkout, screen);
    }

    @Override
    void check() {
        between("--packages", packages, 1, 10_000);
        between("--package-mb", packageMegabytes, 1, 10_000);
    }

    @Override
    IngestBench.Answer measure(LocalMachines machines, Path home) throws Exception {
        return new IngestBench(machines, home.resolve("ingest"), checkout.root())
                .run(packages, packageMegabytes);
    }

    @Override
    void tell(IngestBench.Answer found, PrintWriter out) {
        tell(found.small(), out);
        tell(found.large(), out);
    }

    private static void tell(IngestBench.Part part, PrintWriter out) {
        out.printf(
                Locale.ROOT,
                "%d packages, %.1f MB: %.2f s wall, %.2f s CPU; memory %d MB before, %d MB at most%n",
                part.packages(),
                part.bytes() / 1e6,
                part.wallSeconds(),
                part.cpuSeconds(),
                part.memoryBefore() / 1_000_000,
                part.memoryPeak() / 1_000_000);
        tellPeer(
                "copy and hash",
                part.floor(),
                by ->
                        "%.2f s wall, %.2f s CPU; ours takes %.1f x its time at %.1f x its CPU"
                                .formatted(
                                        by.figure(WALL),
                                        by.figure(CPU),
                                        part.wallSeconds() / by.figure(WALL),
                                        part.cpuSeconds() / by.figure(CPU)),
                out);
    }
}
