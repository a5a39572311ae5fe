package stagecoach.local.launcher;

import picocli.CommandLine;
import stagecoach.cli.StagecoachCli;
import stagecoach.local.launcher.command.CacheCommand;
import stagecoach.local.launcher.command.ChaosCommand;
import stagecoach.local.launcher.command.DemoCommand;
import stagecoach.local.launcher.command.DownCommand;
import stagecoach.local.launcher.command.RunningMachines;
import stagecoach.local.launcher.command.StatusCommand;
import stagecoach.local.launcher.command.TentacleCommand;
import stagecoach.local.launcher.command.TrainCommand;
import stagecoach.local.launcher.command.UpCommand;
import stagecoach.local.launcher.command.bench.BenchCommand;
import stagecoach.local.launcher.images.ImagesCommand;
import stagecoach.local.launcher.installation.Checkout;
import stagecoach.local.launcher.installation.LocalRun;
import stagecoach.local.launcher.installation.RunningDefault;

/** The commands that work against any server, and those of the local default of a checkout. */
public final class StagecoachMain {
    private StagecoachMain() {}

    /** Runs one command; its exit code is the program's. */
    public static void main(String[] args) {
        System.exit(commandLine(Checkout.find()).execute(args));
    }

    /** All commands for this checkout. */
    static CommandLine commandLine(Checkout checkout) {
        LocalRun run = new LocalRun(checkout, checkout.localFolder());
        LocalRun demo = new LocalRun(checkout, DemoCommand.folder(checkout));
        StagecoachCli root =
                new StagecoachCli(System.getenv(), new RunningDefault(run.folder(), demo.folder()));
        CommandLine line = StagecoachCli.commandLine(root);
        line.addSubcommand(new UpCommand(run, root.screen()));
        line.addSubcommand(new DownCommand(run));
        line.addSubcommand(new StatusCommand(run, demo));
        RunningMachines machines = new RunningMachines(checkout, run.folder());
        line.addSubcommand(new TentacleCommand(machines).line());
        line.addSubcommand(new CacheCommand(machines).line());
        line.addSubcommand(new DemoCommand(checkout, root.screen()));
        line.addSubcommand(new BenchCommand(checkout, root.screen()).line());
        line.addSubcommand(new TrainCommand(checkout, root.screen()));
        line.addSubcommand(new ChaosCommand(checkout, root.screen()));
        line.addSubcommand(new ImagesCommand(checkout, System.getenv().getOrDefault("PATH", "")));
        StagecoachCli.mannered(line);
        line.getCommandSpec()
                .usageMessage()
                .footer(
                        "",
                        "With a checkout: test [--quick] runs all checks and tests, simulate [--seeds N] plays",
                        "deployments in memory and checks the invariants, fmt formats the sources.");
        return line;
    }
}
