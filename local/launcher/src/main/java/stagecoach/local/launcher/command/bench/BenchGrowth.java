package stagecoach.local.launcher.command.bench;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import stagecoach.cli.watch.Screen;
import stagecoach.local.launcher.bench.played.Played;
import stagecoach.local.launcher.installation.Checkout;
import stagecoach.local.launcher.installation.LocalMachines;

/** Ever more machines. */
@Command(
        name = "growth",
        mixinStandardHelpOptions = true,
        description =
                "What one machine costs the services in deployments to ever more (played) machines.")
final class BenchGrowth extends Bench<List<Played.Growth>> {
    private static final int TARGETS_MAX = 2_000;

    @Option(names = "--targets", split = ",", defaultValue = "50,200,1000")
    List<Integer> targets = List.of();

    BenchGrowth(Checkout checkout, Screen screen) {
        super(checkout, screen);
    }

    @Override
    void check() {
        refuseUnless(
                !targets.isEmpty() && targets.stream().allMatch(n -> n >= 1 && n <= TARGETS_MAX),
                "--targets are numbers from 1 to " + TARGETS_MAX);
    }

    @Override
    List<Played.Growth> measure(LocalMachines machines, Path home) throws Exception {
        return new Played(machines, home.resolve("played")).growth(List.copyOf(targets));
    }

    @Override
    void tell(List<Played.Growth> found, PrintWriter out) {
        double first = found.getFirst().cpuMillisATarget();
        for (var answer : found) {
            out.printf(
                    Locale.ROOT,
                    "%5d targets: %.1f s wall, %.1f ms CPU a target = %.2f x the first, %d events a target; load %.1f%n",
                    answer.targets(),
                    answer.wallSeconds(),
                    answer.cpuMillisATarget(),
                    answer.cpuMillisATarget() / first,
                    answer.eventsATarget(),
                    answer.load());
        }
    }
}
