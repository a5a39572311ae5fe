package stagecoach.steprunner.run;

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
import stagecoach.contracts.agent.AgentCommand.ScriptPackage;
import stagecoach.contracts.agent.CommandContext;
import stagecoach.contracts.agent.StopBounds;
import stagecoach.contracts.run.Pair;
import stagecoach.contracts.run.Place;
import stagecoach.contracts.run.PlannedStep;
import stagecoach.contracts.steprun.StepRunEvent.StepRunStarted;
import stagecoach.contracts.steprun.StepRunEvent.StepStarted;
import stagecoach.steprunner.run.StepRun.Underway;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.identity.Digest;
import stagecoach.vocabulary.process.Mutex;

/**
 * The commands to tentacles that follow from the events of a run; what their payloads hold is for
 * others.
 *
 * @param startWithin a command that could not be given to its tentacle by then is given up
 * @param reachWithin how long a machine may be out of reach, unless its step waits for it
 * @param stop how work is ended that takes too long, unless its step says it
 */
public record StepCommands(Duration startWithin, Duration reachWithin, StopBounds stop) {
    /** The lock that all steps share unless they name another one. */
    private static final String USUAL_MUTEX = "default";

    /** A machine that is busy with a script is in good health: its answer waits for nobody. */
    private static final Mutex HEALTH_MUTEX = new Mutex("health-check", Mutex.Mode.SHARED);

    /**
     * The command of a step that has just started at one place.
     *
     * @param payload what it is to run, kept for the tentacle under this digest
     */
    public AgentCommand starting(Underway run, StepStarted started, Digest payload, Instant now) {
        var step = run.step(started.pair().step()).step();
        var place = started.place();
        var ticket = started.ticket();
        var agent = agentOf(step, started.pair(), place);
        var context = context(run.sheet(), started.pair());
        return switch (step.kind()) {
            case SCRIPT ->
                    new RunScript(
                            ticket,
                            agent,
                            context,
                            payload,
                            mutex(step, place),
                            step.timeout(),
                            expiry(step, now),
                            step.packages().stream()
                                    .map(
                                            beside ->
                                                    new ScriptPackage(
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
                            payload,
                            mutex(step, place),
                            step.timeout(),
                            expiry(step, now),
                            reach(step),
                            Optional.of(stop(step)));
            case HTTP_CHECK ->
                    new CheckHttp(ticket, agent, context, payload, expiry(step, now), reach(step));
            case HEALTH_CHECK ->
                    new RunScript(
                            ticket,
                            agent,
                            context,
                            payload,
                            HEALTH_MUTEX,
                            step.timeout(),
                            expiry(step, now),
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
        return run.open().stream().map(open -> cancelling(run, open)).toList();
    }

    private AgentCommand cancelling(Underway run, StepRun.OpenTicket open) {
        var step = run.step(open.pair().step()).step();
        StopBounds bounds = stop(step);
        return new CancelCommand(
                open.work().ticket(),
                agentOf(step, open.pair(), open.place()),
                context(run.sheet(), open.pair()),
                bounds.killAfter(),
                bounds.abandonAfter());
    }

    /** A time-out ends work as a cancel does: as the step says, else as the installation does. */
    private StopBounds stop(PlannedStep step) {
        return stop.but(step.killAfter(), step.abandonAfter());
    }

    /** A health check has no further time than its own. */
    private Instant expiry(PlannedStep step, Instant now) {
        Duration reach = Reach.of(step, reachWithin);
        Duration most =
                step.kind() == PlannedStep.Kind.HEALTH_CHECK ? reach : startWithin.plus(reach);
        return now.plus(most).truncatedTo(ChronoUnit.MICROS);
    }

    private Optional<Duration> reach(PlannedStep step) {
        return Optional.of(Reach.of(step, reachWithin));
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
