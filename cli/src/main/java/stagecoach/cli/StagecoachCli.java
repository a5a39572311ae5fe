package stagecoach.cli;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import stagecoach.cli.client.ApiProblem;
import stagecoach.cli.client.Connection;
import stagecoach.cli.client.LocalDefault;
import stagecoach.cli.client.Shown;
import stagecoach.cli.client.Unreachable;
import stagecoach.cli.command.ApplyCommand;
import stagecoach.cli.command.CheckCommand;
import stagecoach.cli.command.DeployCommand;
import stagecoach.cli.command.DeploymentCommand;
import stagecoach.cli.command.EventsCommand;
import stagecoach.cli.command.InterruptionCommand;
import stagecoach.cli.command.PreviewCommand;
import stagecoach.cli.command.PushCommand;
import stagecoach.cli.command.ReleaseCommand;
import stagecoach.cli.command.ScriptCommand;
import stagecoach.cli.configuration.ApiKeyCommand;
import stagecoach.cli.configuration.RemoveCommand;
import stagecoach.cli.configuration.TargetCommand;
import stagecoach.cli.configuration.WorkerCommand;
import stagecoach.cli.manifest.ManifestMistakes;
import stagecoach.cli.operation.FeedsCommand;
import stagecoach.cli.operation.KeysCommand;
import stagecoach.cli.operation.LimitCommand;
import stagecoach.cli.operation.ParkedCommand;
import stagecoach.cli.operation.PauseCommand;
import stagecoach.cli.operation.ProjectionsCommand;
import stagecoach.cli.operation.RetentionCommand;
import stagecoach.cli.option.PointInTime;
import stagecoach.cli.option.Span;
import stagecoach.cli.watch.Questions;
import stagecoach.cli.watch.Screen;

/** The program {@code stagecoach}: the commands that work against any server. */
@Command(
        name = "stagecoach",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description =
                "Moves a release to its machines in stages: what must come first, every package to where it is needed, then deploy.",
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:it is done, or the deployment succeeded",
            "1:the deployment failed or was cancelled; of apply --dry-run: there are differences",
            "2:the command line is wrong",
            "3:the server refused",
            "4:nobody answered; trying again is safe",
            "5:the deployment waits for a person",
            "6:the command stopped waiting"
        },
        subcommands = {
            PushCommand.class,
            ApplyCommand.class,
            ReleaseCommand.class,
            PreviewCommand.class,
            DeployCommand.class,
            DeploymentCommand.class,
            InterruptionCommand.class,
            ScriptCommand.class,
            CheckCommand.class,
            TargetCommand.class,
            WorkerCommand.class,
            ApiKeyCommand.class,
            RemoveCommand.class,
            EventsCommand.class,
            ParkedCommand.class,
            ProjectionsCommand.class,
            RetentionCommand.class,
            KeysCommand.class,
            FeedsCommand.class,
            LimitCommand.class,
            PauseCommand.class,
        })
public final class StagecoachCli {
    private final Connection connection;
    private final Screen screen;
    private final Questions questions;

    /** A program that finds servers by {@code environment} and {@code localDefault}. */
    public StagecoachCli(Map<String, String> environment, LocalDefault localDefault) {
        this(environment, localDefault, Questions.standard(environment));
    }

    /** The same, asking somebody in particular. */
    public StagecoachCli(
            Map<String, String> environment, LocalDefault localDefault, Questions questions) {
        this(environment, localDefault, questions, Screen.standard(environment));
    }

    /** The same, showing progress somewhere in particular. */
    public StagecoachCli(
            Map<String, String> environment,
            LocalDefault localDefault,
            Questions questions,
            Screen screen) {
        this.questions = questions;
        this.connection = new Connection(environment, localDefault);
        this.screen = screen;
    }

    /** How commands find their server. */
    public Connection connection() {
        return connection;
    }

    /** Whom commands ask. */
    public Questions questions() {
        return questions;
    }

    /** Where commands show progress. */
    public Screen screen() {
        return screen;
    }

    /**
     * The command line with its manners: mistakes name what, why and what to do; exits are {@link
     * ExitCode}s.
     */
    public static CommandLine commandLine(StagecoachCli root) {
        var line = new CommandLine(root);
        mannered(line);
        return line;
    }

    /** Gives {@code line} and all its subcommands the same manners; for commands added later. */
    public static void mannered(CommandLine line) {
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.registerConverter(Instant.class, new PointInTime(ZoneId.systemDefault()));
        line.registerConverter(Duration.class, new Span());
        line.setUsageHelpWidth(110);
        line.setParameterExceptionHandler(
                (e, args) -> {
                    var err = e.getCommandLine().getErr();
                    err.println("error: " + Shown.lines(String.valueOf(e.getMessage())));
                    if (!CommandLine.UnmatchedArgumentException.printSuggestions(e, err)) {
                        err.println(
                                "  "
                                        + e.getCommandLine().getCommandSpec().qualifiedName()
                                        + " --help says what it takes.");
                    }
                    return ExitCode.USAGE.code();
                });
        line.setExecutionExceptionHandler(
                (e, commandLine, result) -> {
                    var err = commandLine.getErr();
                    return switch (e) {
                        case Unreachable unreachable -> {
                            err.println(
                                    "error: "
                                            + Shown.lines(
                                                    String.valueOf(unreachable.getMessage())));
                            if (String.valueOf(unreachable.getMessage())
                                    .contains("connection refused")) {
                                err.println("  Run ./stagecoach up, or set STAGECOACH_URL.");
                            }
                            yield ExitCode.UNREACHABLE.code();
                        }
                        case ApiProblem problem -> {
                            err.println("error: " + Shown.line(problem.sentence()));
                            problem.details()
                                    .forEach(
                                            d ->
                                                    err.println(
                                                            "  "
                                                                    + d.pointer()
                                                                    + "  "
                                                                    + d.sentence()));
                            if (problem.status() == 401) {
                                err.println("  Set STAGECOACH_API_KEY or STAGECOACH_API_KEY_FILE.");
                            }
                            yield ExitCode.REFUSED.code();
                        }
                        case ManifestMistakes mistakes -> {
                            err.println(
                                    "error: " + Shown.lines(String.valueOf(mistakes.getMessage())));
                            yield ExitCode.REFUSED.code();
                        }
                        case java.nio.file.NoSuchFileException missing -> {
                            err.println(
                                    "error: there is no file "
                                            + Shown.line(String.valueOf(missing.getFile())));
                            yield ExitCode.USAGE.code();
                        }
                        default -> throw e;
                    };
                });
    }

    /** Runs the commands that need no checkout. */
    public static void main(String[] args) {
        System.exit(
                commandLine(new StagecoachCli(System.getenv(), LocalDefault.NONE)).execute(args));
    }
}
