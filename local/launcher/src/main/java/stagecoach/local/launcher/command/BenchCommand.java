package stagecoach.local.launcher.command;

import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import stagecoach.cli.ExitCode;
import stagecoach.cli.client.Text;
import stagecoach.cli.watch.Screen;
import stagecoach.local.launcher.bench.DeploymentBench;
import stagecoach.local.launcher.installation.Checkout;
import stagecoach.local.launcher.installation.LocalMachines;
import stagecoach.local.launcher.installation.LocalRun;
import stagecoach.local.launcher.installation.Wishes;
import stagecoach.wire.StagecoachJson;

/** Measures on a local default of its own. */
@Command(name = "bench", mixinStandardHelpOptions = true, description = "Measure.")
public final class BenchCommand implements Runnable {
    private final Checkout checkout;
    private final Screen screen;

    @Spec @Nullable CommandSpec spec;

    /** A bench of {@code checkout}, shown on {@code screen}. */
    public BenchCommand(Checkout checkout, Screen screen) {
        this.checkout = checkout;
        this.screen = screen;
    }

    @Override
    public void run() {
        throw new ParameterException(
                Said.commandLine(spec), "say what to measure: bench deployment");
    }

    /** One deployment to many tentacles. */
    @Command(
            name = "deployment",
            mixinStandardHelpOptions = true,
            description =
                    "Deploy a package and script steps to N local tentacles; wall and CPU seconds, bytes per link.")
    Integer deployment(
            @Option(names = "--targets", defaultValue = "5") int targets,
            @Option(names = "--package-mb", defaultValue = "1") int packageMegabytes,
            @Option(names = "--steps", defaultValue = "3") int steps,
            @Option(names = "--location", defaultValue = "EXECUTION_TARGET") Location location,
            @Option(names = "--json") boolean json)
            throws Exception {
        if (targets < 1
                || targets > 500
                || packageMegabytes < 1
                || packageMegabytes > 4_000
                || steps < 0
                || steps > 50) {
            throw new ParameterException(
                    Said.commandLine(spec),
                    "--targets is 1 to 500, --package-mb 1 to 4000, --steps 0 to 50");
        }
        var scratch = new ScratchDefault(checkout, "bench", screen);
        LocalMachines machines;
        try {
            machines = scratch.start(Wishes.none());
        } catch (LocalRun.StartRefused e) {
            return Said.error(spec, e);
        }
        var bench = new DeploymentBench(machines, scratch.home().resolve("bench-package"));
        var answer =
                bench.run(
                        new DeploymentBench.Question(
                                targets, packageMegabytes, steps, location.name()));
        if (json) {
            Said.line(spec, StagecoachJson.text(answer));
        } else {
            Said.line(
                    spec,
                    String.format(
                            Locale.ROOT,
                            "%d targets, %d MB, %d steps, %s: %.1f s wall, %.1f s CPU",
                            targets,
                            packageMegabytes,
                            steps,
                            location,
                            answer.wallSeconds(),
                            answer.cpuSeconds()));
            answer.links()
                    .forEach(
                            (link, bytes) ->
                                    Said.line(spec, "  %s  %s".formatted(link, Text.bytes(bytes))));
        }
        return ExitCode.SUCCEEDED.code();
    }

    /** Who brings the package to the target. */
    enum Location {
        SERVER,
        EXECUTION_TARGET
    }
}
