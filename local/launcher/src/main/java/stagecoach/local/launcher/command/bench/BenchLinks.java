package stagecoach.local.launcher.command.bench;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import stagecoach.cli.watch.Screen;
import stagecoach.local.launcher.bench.LinkBench;
import stagecoach.local.launcher.installation.Checkout;
import stagecoach.local.launcher.installation.LocalMachines;

/** What crosses the links. */
@Command(
        name = "links",
        mixinStandardHelpOptions = true,
        description =
                "What crosses the link into each region when packages are deployed to its machines, beside the packages' own bytes once for each region.")
final class BenchLinks extends Bench<LinkBench.Answer> {
    private static final int TARGETS_IN_ALL_MAX = 100;

    /** What is wanted of all bytes over the links, in those of the packages for each region. */
    private static final double GOAL = 1.01;

    @Option(names = "--regions", defaultValue = "2")
    int regions;

    @Option(names = "--targets", defaultValue = "3", description = "In each region.")
    int targets;

    @Option(names = "--packages", defaultValue = "2")
    int packages;

    @Option(names = "--package-mb", defaultValue = "10")
    int packageMegabytes;

    BenchLinks(Checkout checkout, Screen screen) {
        super(checkout, screen);
    }

    @Override
    void check() {
        between("--regions", regions, 1, 10);
        refuseUnless(
                targets >= 1 && regions * targets <= TARGETS_IN_ALL_MAX,
                "--targets is 1 or more, up to %d in all".formatted(TARGETS_IN_ALL_MAX));
        between("--packages", packages, 1, 20);
        between("--package-mb", packageMegabytes, 1, 1_000);
    }

    @Override
    LinkBench.Answer measure(LocalMachines machines, Path home) throws Exception {
        return new LinkBench(machines, home.resolve("links"))
                .run(new LinkBench.Question(regions, targets, packages, packageMegabytes));
    }

    @Override
    void tell(LinkBench.Answer found, PrintWriter out) {
        for (LinkBench.Link link : found.links()) {
            out.printf(
                    Locale.ROOT,
                    "%s: %.3f MB to its cache, %.3f MB to its %d machines, %.3f MB of control%n",
                    link.region(),
                    link.toCache() / 1e6,
                    link.toTargets() / 1e6,
                    targets,
                    link.control() / 1e6);
        }
        out.printf(
                Locale.ROOT,
                "packages %.3f MB; over the links %.4f x as much for each region (the goal is %.2f or less)%n",
                found.packageBytes() / 1e6,
                found.ratio(),
                GOAL);
    }
}
