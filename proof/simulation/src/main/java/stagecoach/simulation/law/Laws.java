package stagecoach.simulation.law;

import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.acquisition.AcquisitionEvent;
import stagecoach.contracts.agent.AgentCommand;
import stagecoach.contracts.agent.CommandOutcome;
import stagecoach.contracts.agent.CommandResult;
import stagecoach.contracts.deployment.DeploymentEvent;
import stagecoach.contracts.deployment.DeploymentEvent.PhaseStarted;
import stagecoach.contracts.run.Pair;
import stagecoach.contracts.run.RunOutcome;
import stagecoach.contracts.steprun.StepRunEvent;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.identity.DeploymentId;
import stagecoach.vocabulary.identity.Run;
import stagecoach.vocabulary.identity.RunId;
import stagecoach.vocabulary.identity.Ticket;
import stagecoach.vocabulary.packages.Sha512;

/** Judges what happens, as it happens. All its methods throw {@link Broken}. */
public final class Laws {
    /** How long after its deadline, timers and restarts allowed for, a cancelled one has ended. */
    private static final long CANCEL_GRACE_MILLIS = 900_000;

    private final Map<DeploymentId, Life> lives = new LinkedHashMap<>();
    private final Map<Ticket, Deed> deeds = new LinkedHashMap<>();
    private final Set<Ticket> mayStillRun = new HashSet<>();
    private final Set<Ticket> unreached = new HashSet<>();
    private final Map<DeploymentId, Map<Run, Set<Pair>>> failedPairs = new HashMap<>();
    private final Map<DeploymentId, Set<Run>> cancelled = new HashMap<>();
    private final CourseLaws course;
    private final PlaceLaws places;
    private final AbsenceLaws absence = new AbsenceLaws();
    private final PauseLaws pauses;
    private final ScheduleLaws schedules = new ScheduleLaws();
    private final SourceLaws sources = new SourceLaws();
    private final MachineLaws machines;

    /** Those of a world in which so many deployments may be under way at once. */
    public Laws(int tasksMax, Conditions conditions) {
        this.pauses = new PauseLaws(lives, tasksMax);
        this.course = new CourseLaws(lives, deeds, conditions);
        this.places = new PlaceLaws(conditions);
        this.machines = new MachineLaws(deeds, mayStillRun, failedPairs, conditions);
    }

    /** A machine loses power and never comes back. */
    public void goneForGood(AgentId agent, long millis) {
        absence.gone(agent, millis);
    }

    /** The gateway has restarted: while it was down nobody could know who was there. */
    public void gatewayIsBack(long millis) {
        absence.gatewayIsBack(millis);
    }

    /** Somebody is about to cancel a deployment. */
    public void wantsCancel(DeploymentId deployment) {
        pauses.wantsCancel(deployment);
    }

    /** Events were appended to a deployment's stream, by one whose clock shows {@code now}. */
    public void happened(DeploymentId deployment, List<DeploymentEvent> events, Instant now) {
        for (var event : events) {
            schedules.happened(deployment, event, now);
            pauses.happened(deployment, event);
            course.happened(deployment, event);
        }
    }

    /** A report about a run was answered with these events. */
    public void reported(DeploymentId deployment, Run run, boolean current, boolean changed) {
        if (!current && changed) {
            throw new Broken(
                    Invariant.N5_AT_MOST_ONE_RUN_IS_CURRENT,
                    "a report for run %s of %s, which is not current, changed something"
                            .formatted(run, deployment));
        }
    }

    /** Whether this run is the one under way. */
    public boolean isCurrent(DeploymentId deployment, Run run) {
        @Nullable Life life = lives.get(deployment);
        return life != null && run.equals(life.open);
    }

    /** The step-runner has heard that a run shall end. */
    public void heardOfCancel(DeploymentId deployment, Run run) {
        cancelled.computeIfAbsent(deployment, _ -> new HashSet<>()).add(run);
    }

    /** Events were appended to a run of steps. */
    public void happened(DeploymentId deployment, Run run, List<StepRunEvent> events) {
        var failed =
                failedPairs
                        .computeIfAbsent(deployment, _ -> new HashMap<>())
                        .computeIfAbsent(run, _ -> new HashSet<>());
        for (var event : events) {
            if (event instanceof StepRunEvent.StepStarted started
                    && cancelled.getOrDefault(deployment, Set.of()).contains(run)) {
                throw new Broken(
                        Invariant.N8_A_CANCELLED_DEPLOYMENT_ENDS_AND_IS_HONEST,
                        "%s starts although its run %s was cancelled"
                                .formatted(started.pair(), run));
            }
            if (event instanceof StepRunEvent.StepStarted started) {
                places.started(lifeOf(deployment), run, started);
                var step = lifeOf(deployment).step(started.pair().step());
                step.agentAt(started.place())
                        .ifPresent(agent -> absence.asked(started.ticket(), agent, step));
            }
            if (event instanceof StepRunEvent.StepRunEnded end
                    && end.outcome() == RunOutcome.CANCELLED
                    && !lifeOf(deployment).mayBeCancelled(run)) {
                throw new Broken(
                        Invariant.N5_AT_MOST_ONE_RUN_IS_CURRENT,
                        "run %s of %s ended as cancelled, and nobody wanted that"
                                .formatted(run, deployment));
            }
            if (event instanceof StepRunEvent.StepRunEnded end) {
                PlaceLaws.ended(lifeOf(deployment), run, end);
            }
            if (event instanceof StepRunEvent.StepFinished finished) {
                boolean away = finished.ticket().filter(unreached::contains).isPresent();
                PlaceLaws.finished(lifeOf(deployment), run, finished, away);
                @Nullable PhaseStarted begun = lifeOf(deployment).runs.get(run);
                if (begun != null) {
                    MissingLaws.judge(
                            begun,
                            finished,
                            away,
                            cancelled.getOrDefault(deployment, Set.of()).contains(run));
                }
                switch (finished.state()) {
                    case FAILED, UNKNOWN -> failed.add(finished.pair());
                    case PENDING, RUNNING, SUCCEEDED, SKIPPED, CANCELLED -> {}
                }
            }
        }
    }

    /** Events were appended to an acquisition. */
    public void acquired(RunId run, List<AcquisitionEvent> events) {
        sources.happened(run, events);
    }

    /** The world was told how a command ended. */
    public void told(Ticket ticket, CommandResult result) {
        absence.told(ticket);
        if (result.mayStillRun()) {
            mayStillRun.add(ticket);
        }
        if (result.outcome() == CommandOutcome.UNREACHED) {
            unreached.add(ticket);
        }
    }

    /** Work begins at a machine that holds these packages. */
    public void begins(AgentCommand command, AgentId agent, Set<Sha512> held) {
        var life = lifeOf(command.context().deployment());
        if (command.context().step().isPresent()) {
            machines.stepBegins(life, command, agent, held);
        }
        deeds.put(command.ticket(), new Deed(command, agent));
        absence.begun(command.ticket());
    }

    /** The work under a ticket is really over. */
    public void ends(Ticket ticket, int exitCode) {
        @Nullable Deed deed = deeds.get(ticket);
        if (deed != null) {
            deed.atWork = false;
            deed.exitCode = java.util.OptionalInt.of(exitCode);
        }
    }

    /** Somebody moves a byte of a package for a run. */
    public void moves(DeploymentId deployment, Run run, String who) {
        machines.byteMoves(lifeOf(deployment), run, who);
    }

    /** A machine moves bytes for a command; one that was said to run perhaps may do so. */
    public void moves(AgentCommand command, AgentId agent) {
        if (!mayStillRun.contains(command.ticket())) {
            moves(command.context().deployment(), command.context().run(), agent.value());
        }
    }

    private Life lifeOf(DeploymentId deployment) {
        @Nullable Life life = lives.get(deployment);
        if (life == null) {
            throw new Broken(
                    Invariant.N9_NOTHING_IS_LOST_TWICE_OR_STUCK,
                    "something is done for %s, which nobody has asked for".formatted(deployment));
        }
        return life;
    }

    /** After anything at all. */
    public void look(long millis, Instant clock) {
        absence.look(millis);
        pauses.look(millis);
        for (Life life : lives.values()) {
            @Nullable Instant deadline = life.cancelDeadline;
            if (life.ended || deadline == null || clock.isBefore(deadline)) {
                continue;
            }
            if (life.overdueSinceMillis < 0) {
                life.overdueSinceMillis = millis;
            } else if (millis - life.overdueSinceMillis > CANCEL_GRACE_MILLIS) {
                throw new Broken(
                        Invariant.N8_A_CANCELLED_DEPLOYMENT_ENDS_AND_IS_HONEST,
                        "%s has not ended although its deadline is long over"
                                .formatted(life.asked.deployment()));
            }
        }
    }

    /** All is quiet, and nothing comes any more by itself. */
    public void quiet() {
        for (Life life : lives.values()) {
            if (!life.ended) {
                throw new Broken(
                        Invariant.N9_NOTHING_IS_LOST_TWICE_OR_STUCK,
                        "%s is stuck: nothing happens any more, and it has not ended"
                                .formatted(life.asked.deployment()));
            }
        }
    }

    /** The deployments that there are. */
    public Stream<DeploymentId> deployments() {
        return lives.keySet().stream();
    }
}
