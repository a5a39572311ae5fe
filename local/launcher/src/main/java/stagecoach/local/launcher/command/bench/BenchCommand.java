package stagecoach.local.launcher.command.bench;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import stagecoach.cli.watch.Screen;
import stagecoach.local.launcher.command.Said;
import stagecoach.local.launcher.installation.Checkout;

/** Measures on a local default of its own, which ends with the command. */
@Command(name = "bench", mixinStandardHelpOptions = true, description = "Measure.")
public final class BenchCommand implements Runnable {
    private final Checkout checkout;
    private final Screen screen;

    @Spec @Nullable CommandSpec spec;

    /** The benches of {@code checkout}, shown on {@code screen}. */
    public BenchCommand(Checkout checkout, Screen screen) {
        this.checkout = checkout;
        this.screen = screen;
    }

    /** The command with a subcommand for each bench. */
    public CommandLine line() {
        return new CommandLine(this)
                .addSubcommand(new BenchDeployment(checkout, screen))
                .addSubcommand(new BenchLatency(checkout, screen))
                .addSubcommand(new BenchThroughput(checkout, screen))
                .addSubcommand(new BenchServe(checkout, screen))
                .addSubcommand(new BenchIngest(checkout, screen))
                .addSubcommand(new BenchLinks(checkout, screen))
                .addSubcommand(new BenchGrowth(checkout, screen))
                .addSubcommand(new BenchIdle(checkout, screen))
                .addSubcommand(new BenchFanOut(checkout, screen))
                .addSubcommand(new BenchControl(checkout, screen));
    }

    @Override
    public void run() {
        CommandLine line = Said.commandLine(spec);
        throw new ParameterException(
                line,
                "say what to measure: bench " + String.join(", ", line.getSubcommands().keySet()));
    }
}
