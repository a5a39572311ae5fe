package stagecoach.steprunner.app.command;

import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import stagecoach.contracts.agent.AgentCommand;
import stagecoach.contracts.agent.AgentCommand.CancelCommand;
import stagecoach.contracts.agent.AgentCommand.CheckHttp;
import stagecoach.contracts.agent.AgentCommand.InstallPackage;
import stagecoach.contracts.agent.AgentCommand.RunScript;
import stagecoach.contracts.agent.CommandContext;
import stagecoach.contracts.agent.StopBounds;
import stagecoach.contracts.run.Pair;
import stagecoach.contracts.run.Place;
import stagecoach.contracts.run.PlannedStep;
import stagecoach.contracts.steprun.StepRunEvent.StepRunStarted;
import stagecoach.contracts.steprun.StepRunEvent.StepStarted;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.cancel.CancelSettings;
import stagecoach.steprunner.app.secrets.Payloads;
import stagecoach.steprunner.app.secrets.Plans;
import stagecoach.steprunner.run.Reach;
import stagecoach.steprunner.run.StepRun.Underway;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.process.Mutex;

/** Makes the commands of a run; their payloads are kept sealed in the same transaction. */
@ApplicationScoped
public class StepCommands {
    /** The lock that all steps share unless they name another one. */
    private static final String USUAL_MUTEX = "default";

    /** A machine that is busy with a script is in good health: its answer waits for nobody. */
    private static final Mutex HEALTH_MUTEX = new Mutex("health-check", Mutex.Mode.SHARED);

    private final Plans plans;
    private final Payloads payloads;
    private final Outputs outputs;
    private final CommandSettings settings;
    private final CancelSettings cancels;
    private final Clock clock;

    StepCommands(
            Plans plans,
            Payloads payloads,
            Outputs outputs,
            CommandSettings settings,
            CancelSettings cancels,
            Clock clock) {
        this.plans = plans;
        this.payloads = payloads;
        this.outputs = outputs;
        this.settings = settings;
        this.cancels = cancels;
        this.clock = clock;
    }

    /** The command of a step that has just started at one place. */
    public AgentCommand starting(Tx tx, Underway run, StepStarted started) {
        var sheet = run.sheet();
        var step = run.step(started.pair().step()).step();
        var place = started.place();
        var payload =
                plans.open(tx, sheet.planDigest())
                        .payload(
                                sheet,
                                step,
                                place,
                                outputs.of(tx, sheet.deployment(), run.outputs()));
        var digest = payloads.keep(tx, started.ticket(), sheet.deployment(), payload);
        var ticket = started.ticket();
        var agent = agentOf(step, started.pair(), place);
        var context = context(sheet, started.pair());
        return switch (step.kind()) {
            case SCRIPT ->
                    new RunScript(
                            ticket,
                            agent,
                            context,
                            digest,
                            mutex(step, place),
                            step.timeout(),
                            expiry(step),
                            step.packages().stream()
                                    .map(
                                            beside ->
                                                    new AgentCommand.ScriptPackage(
                                                            beside.pinned().pin(),
                                                            beside.extract()))
                                    .toList(),
                            reach(step),
                            Optional.of(stop(step)));
            case PACKAGE ->
                    new InstallPackage(
                            ticket,
                            agent,
                            context,
                            step.packageToInstall().orElseThrow().pin(),
                            digest,
                            mutex(step, place),
                            step.timeout(),
                            expiry(step),
                            reach(step),
                            Optional.of(stop(step)));
            case HTTP_CHECK ->
                    new CheckHttp(ticket, agent, context, digest, expiry(step), reach(step));
            case HEALTH_CHECK ->
                    new RunScript(
                            ticket,
                            agent,
                            context,
                            digest,
                            HEALTH_MUTEX,
                            step.timeout(),
                            expiry(step),
                            List.of(),
                            reach(step),
                            Optional.of(stop(step)));
            case MANUAL_INTERVENTION ->
                    throw new IllegalStateException(
                            step.name() + " is nothing that a machine does");
        };
    }

    /** The commands that end all that is at work. */
    public List<AgentCommand> cancelling(Underway run) {
        return run.open().stream()
                .<AgentCommand>map(
                        open -> {
                            var step = run.step(open.pair().step()).step();
                            StopBounds stop = stop(step);
                            return new CancelCommand(
                                    open.work().ticket(),
                                    agentOf(step, open.pair(), open.place()),
                                    context(run.sheet(), open.pair()),
                                    stop.killAfter(),
                                    stop.abandonAfter());
                        })
                .toList();
    }

    /** A time-out ends work as a cancel does: as the step says, else as the installation does. */
    private StopBounds stop(PlannedStep step) {
        return new StopBounds(
                step.killAfter().orElseGet(cancels::killAfter),
                step.abandonAfter().orElseGet(cancels::abandonAfter));
    }

    /** A health check has no further time than its own. */
    private Instant expiry(PlannedStep step) {
        Duration reach = Reach.of(step, settings.reachWithin());
        Duration most =
                step.kind() == PlannedStep.Kind.HEALTH_CHECK
                        ? reach
                        : settings.startWithin().plus(reach);
        return clock.instant().plus(most).truncatedTo(ChronoUnit.MICROS);
    }

    private Optional<Duration> reach(PlannedStep step) {
        return Optional.of(Reach.of(step, settings.reachWithin()));
    }

    /** By default a target does one thing at a time and a worker many. */
    private static Mutex mutex(PlannedStep step, Place place) {
        return step.mutex()
                .orElseGet(
                        () ->
                                new Mutex(
                                        USUAL_MUTEX,
                                        place.worker().isPresent()
                                                ? Mutex.Mode.SHARED
                                                : Mutex.Mode.EXCLUSIVE));
    }

    private static AgentId agentOf(PlannedStep step, Pair pair, Place place) {
        return step.agentAt(place)
                .orElseThrow(() -> new IllegalStateException(pair + " has no machine to run"));
    }

    private static CommandContext context(StepRunStarted sheet, Pair pair) {
        return new CommandContext(
                sheet.deployment(),
                sheet.project(),
                sheet.environment(),
                sheet.run(),
                Optional.of(pair.step()),
                pair.target());
    }
}
