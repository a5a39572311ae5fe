package stagecoach.local.launcher.command.bench;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import stagecoach.cli.watch.Screen;
import stagecoach.local.launcher.bench.Peer;
import stagecoach.local.launcher.bench.ServeBench;
import stagecoach.local.launcher.installation.Checkout;
import stagecoach.local.launcher.installation.LocalMachines;

/** A package to many at once. */
@Command(
        name = "serve",
        mixinStandardHelpOptions = true,
        description =
                "The package-service gives one package to many clients at once, beside nginx with the same file: throughput and CPU of the server.")
final class BenchServe extends Bench<Peer.Found> {
    /** What is wanted of our throughput, in that of nginx. */
    private static final double GOAL = 0.9;

    @Option(names = "--clients", defaultValue = "50")
    int clients;

    @Option(names = "--package-mb", defaultValue = "64")
    int packageMegabytes;

    BenchServe(Checkout checkout, Screen screen) {
        super(checkout, screen);
    }

    @Override
    void check() {
        between("--clients", clients, 1, 500);
        between("--package-mb", packageMegabytes, 1, 4_000);
    }

    @Override
    Peer.Found measure(LocalMachines machines, Path home) throws Exception {
        return new ServeBench(machines, home.resolve("bench-package"), checkout.root())
                .run(clients, packageMegabytes);
    }

    @Override
    void tell(Peer.Found found, PrintWriter out) {
        tellPeer(
                "nginx",
                found,
                by ->
                        String.format(
                                Locale.ROOT,
                                "ours has %.2f x its throughput (the goal is %.2f or more) at %.2f x its CPU",
                                by.figure("throughputRatio"),
                                GOAL,
                                by.figure("cpuRatio")),
                out);
    }
}
