package stagecoach.simulation.service;

import static stagecoach.simulation.service.Shop.ENVIRONMENT;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import stagecoach.contracts.acquisition.AcquisitionEvent.AcquisitionEnded;
import stagecoach.contracts.agent.AgentReport.AgentEnrolled;
import stagecoach.contracts.agent.AgentReport.AgentHealthChanged;
import stagecoach.contracts.agent.StopBounds;
import stagecoach.contracts.deployment.DeploymentEvent;
import stagecoach.contracts.deployment.DeploymentEvent.DeploymentQueued;
import stagecoach.contracts.deployment.DeploymentEvent.DeploymentStaged;
import stagecoach.contracts.deployment.DeploymentEvent.InterruptionRaised;
import stagecoach.contracts.deployment.DeploymentEvent.RetryFrom;
import stagecoach.contracts.steprun.StepRunEvent.StepRunEnded;
import stagecoach.decider.Decider;
import stagecoach.decider.Rejection;
import stagecoach.decider.StreamId;
import stagecoach.orchestrator.deployment.Deployment;
import stagecoach.orchestrator.deployment.DeploymentCommand;
import stagecoach.orchestrator.deployment.DeploymentCommand.BeginWithoutThem;
import stagecoach.orchestrator.deployment.DeploymentCommand.Cancel;
import stagecoach.orchestrator.deployment.DeploymentCommand.EndNow;
import stagecoach.orchestrator.deployment.DeploymentCommand.EndPhase;
import stagecoach.orchestrator.deployment.DeploymentCommand.FallDue;
import stagecoach.orchestrator.deployment.DeploymentCommand.LookAgain;
import stagecoach.orchestrator.deployment.DeploymentCommand.Queue;
import stagecoach.orchestrator.deployment.DeploymentCommand.Retry;
import stagecoach.orchestrator.deployment.DeploymentCommand.Start;
import stagecoach.orchestrator.deployment.DeploymentDecider;
import stagecoach.orchestrator.deployment.Observation;
import stagecoach.orchestrator.needs.Roster.Health;
import stagecoach.simulation.defect.Defect;
import stagecoach.simulation.defect.Planted;
import stagecoach.simulation.engine.Kind;
import stagecoach.simulation.engine.Letter;
import stagecoach.simulation.engine.Letter.Channel;
import stagecoach.simulation.engine.Play;
import stagecoach.simulation.engine.Service;
import stagecoach.simulation.law.Broken;
import stagecoach.simulation.law.Invariant;
import stagecoach.simulation.tale.Sentences;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.identity.DeploymentId;
import stagecoach.vocabulary.identity.RunId;

/** The orchestrator: deployments, the queue, and the machines as it knows them. */
final class Orchestrator extends Service {
    /** After a cancel: clean-up and reports, behind the longest end of a step. */
    private static final Duration CANCEL_WITHIN = Duration.ofSeconds(320);

    /** After a pause of this length packages may be gone. */
    private static final Duration TRUST = Duration.ofHours(1);

    /** Only with a defect. */
    private static final long PAUSE_MAX_MILLIS = 3_600_000;

    private final Deployments kind;
    private final Runnable packagesGo;
    private final Map<AgentId, Health> healths = new HashMap<>();
    private final Map<DeploymentId, Line> lines = new LinkedHashMap<>();
    private int queueNumber;

    /** Where a deployment stands in the queue. */
    private static final class Line {
        private final DeploymentQueued asked;
        private boolean queued;
        private boolean hasSlot;

        /** Keeps its slot, but is not one of the many under way. */
        private boolean paused;

        private int number;

        Line(DeploymentQueued asked) {
            this.asked = asked;
        }
    }

    /** {@code packagesGo} removes what nobody has leased from all targets. */
    Orchestrator(Play play, Runnable packagesGo) {
        super("orchestrator", play);
        this.packagesGo = packagesGo;
        kind = new Deployments();
        play.post().listen(Channel.STEPS, this, this::onStep);
        play.post().listen(Channel.ACQUISITIONS, this, this::onAcquisition);
        play.post().listen(Channel.AGENTS, this, this::onAgent);
    }

    private static StreamId streamOf(DeploymentId deployment) {
        return StreamId.of("deployment", deployment);
    }

    /** Asks for the deployments of the scenario, each in its time. */
    void expectDeployments() {
        for (int i = 0; i < play.scenario().deployments().size(); i++) {
            int index = i;
            play.time()
                    .after(
                            play.scenario().deployments().get(i).askedAfterSeconds() * 1000,
                            () -> ask(index));
        }
    }

    private void ask(int index) {
        if (!isUp()) {
            play.time().after(1000, () -> ask(index));
            return;
        }
        var asked = Shop.asked(play.scenario(), index, play.time().clock());
        lines.put(asked.deployment(), new Line(asked));
        tell(asked.deployment(), new Queue(asked));
        asked.notBefore()
                .filter(_ -> play.has(Defect.SCHEDULES_ARE_FORGOTTEN))
                .ifPresent(time -> tell(asked.deployment(), new FallDue(time)));
    }

    /** Someone cancels one of them, perhaps again, perhaps without a clean-up. */
    void cancel(int whom, boolean skipCleanup) {
        if (!isUp() || lines.isEmpty()) {
            return;
        }
        play.laws().wantsCancel(one(whom));
        ask(one(whom), new Cancel("ada", deadline(), skipCleanup, seen()));
    }

    /** Someone wants a new attempt of one of them. */
    void retry(int whom, boolean all) {
        if (!isUp() || lines.isEmpty()) {
            return;
        }
        ask(one(whom), new Retry(all ? RetryFrom.START : RetryFrom.FAILED, "ada"));
    }

    private Instant deadline() {
        Duration longest =
                play.scenario().steps().stream()
                        .map(draft -> Shop.stopBounds(draft).whole())
                        .reduce(StopBounds.USUAL.whole(), (a, b) -> a.compareTo(b) > 0 ? a : b);
        return play.time().clock().plus(CANCEL_WITHIN).plus(longest);
    }

    private DeploymentId one(int whom) {
        var all = List.copyOf(lines.keySet());
        return all.get(Math.floorMod(whom, all.size()));
    }

    private void tell(DeploymentId deployment, DeploymentCommand command) {
        handle(kind, streamOf(deployment), command);
    }

    private Observation seen() {
        return Shop.seen(play, healths);
    }

    private void onStep(Letter letter) {
        once("steps", letter, () -> endSteps(letter));
    }

    private void endSteps(Letter letter) {
        if (letter.content() instanceof StepRunEnded ended) {
            var run = RunId.parse(letter.stream().name());
            end(run, EndPhase.of(run.run(), ended, seen()));
        }
    }

    private void onAcquisition(Letter letter) {
        once("acquisitions", letter, () -> endAcquisition(letter));
    }

    private void endAcquisition(Letter letter) {
        if (letter.content() instanceof AcquisitionEnded(var outcome, var reason, var missing)) {
            var run = RunId.parse(letter.stream().name());
            end(run, new EndPhase(run.run(), outcome, reason, List.of(), missing, seen()));
        }
    }

    private void end(RunId of, EndPhase command) {
        boolean current = play.laws().isCurrent(of.deployment(), of.run());
        var events = handle(kind, streamOf(of.deployment()), command);
        play.laws().reported(of.deployment(), of.run(), current, !events.isEmpty());
    }

    private void onAgent(Letter letter) {
        once(
                "agents",
                letter,
                () -> {
                    if (letter.content() instanceof AgentHealthChanged changed) {
                        healths.put(
                                changed.agent(),
                                new Health(changed.state(), Optional.of(changed.reason())));
                        lookAgain(changed.agent());
                    } else if (letter.content() instanceof AgentEnrolled enrolled) {
                        lookAgain(enrolled.agent());
                    }
                });
    }

    private void lookAgain(AgentId agent) {
        var health = healths.getOrDefault(agent, Health.NEVER_SEEN);
        if (health.unavailable().isEmpty()) {
            for (var deployment : List.copyOf(lines.keySet())) {
                tell(deployment, new LookAgain(seen()));
            }
        }
    }

    /** A person will answer what is asked, and will not leave staged what is staged. */
    private void awaitPerson(DeploymentId deployment, DeploymentEvent event) {
        long later = play.dice().percent(30) ? 3 * 3_600_000L : play.dice().between(100, 60_000);
        if (event instanceof InterruptionRaised raised) {
            play.time().after(later, () -> answer(deployment, raised));
            if (play.has(Defect.PAUSES_HAVE_AN_END)) {
                play.time().after(PAUSE_MAX_MILLIS, () -> endPause(deployment));
            }
        } else if (event instanceof DeploymentStaged) {
            play.time().after(later, () -> proceed(deployment));
        }
    }

    private void endPause(DeploymentId deployment) {
        Line line = lines.get(deployment);
        if (isUp() && line != null && line.paused) {
            ask(deployment, new Cancel("nobody", deadline(), false, seen()));
        }
    }

    private void answer(DeploymentId deployment, InterruptionRaised raised) {
        if (!isUp()) {
            play.time().after(1000, () -> answer(deployment, raised));
            return;
        }
        boolean wasLong = play.time().clock().isAfter(raised.raisedAt().plus(TRUST));
        boolean alone = slotsTaken() == 1 && hasSlot(deployment);
        var choice = play.dice().of(raised.choices());
        var answer =
                new DeploymentCommand.Resolve(
                        raised.interruption(),
                        choice,
                        "ada",
                        Set.of("DEPLOY"),
                        Optional.empty(),
                        TRUST,
                        seen());
        if (ask(deployment, answer) && wasLong && alone) {
            // Nobody else counts on them: who asks for long must expect it.
            packagesGo.run();
        }
    }

    private void proceed(DeploymentId deployment) {
        if (!isUp()) {
            play.time().after(1000, () -> proceed(deployment));
            return;
        }
        Optional<Instant> until =
                play.dice().percent(30)
                        ? Optional.of(play.time().clock().plusSeconds(60))
                        : Optional.empty();
        ask(deployment, new DeploymentCommand.Proceed("ada", until));
    }

    /** Whether it was obeyed. */
    private boolean ask(DeploymentId deployment, DeploymentCommand command) {
        try {
            tell(deployment, command);
            return true;
        } catch (Rejection refused) {
            play.tale().tell("ada", "is refused: " + refused.getMessage());
            return false;
        }
    }

    private void admit() {
        while (underWay() < play.scenario().tasksMax()) {
            var next =
                    lines.values().stream()
                            .filter(
                                    line ->
                                            line.queued
                                                    && (isFree(line)
                                                            || play.has(Defect.TWO_GET_ONE_SLOT)))
                            .min((a, b) -> Integer.compare(a.number, b.number));
            if (next.isEmpty()) {
                return;
            }
            next.get().hasSlot = true;
            tell(next.get().asked.deployment(), new Start(seen(), Optional.empty()));
        }
    }

    private boolean hasSlot(DeploymentId deployment) {
        Line line = lines.get(deployment);
        return line != null && line.hasSlot;
    }

    private long underWay() {
        boolean all = play.has(Defect.PAUSED_ONES_COUNT_AS_UNDER_WAY);
        return lines.values().stream()
                .filter(line -> line.hasSlot && (all || !line.paused))
                .count();
    }

    private long slotsTaken() {
        return lines.values().stream().filter(line -> line.hasSlot).count();
    }

    private boolean isFree(Line wanted) {
        return lines.values().stream()
                .noneMatch(
                        line ->
                                line.hasSlot
                                        && line.asked.project().equals(wanted.asked.project()));
    }

    /** Nobody waits, and nobody has a slot. */
    void allOver() {
        for (Line line : lines.values()) {
            if (line.queued || line.hasSlot) {
                throw new Broken(
                        Invariant.N7_ONE_DEPLOYMENT_AT_A_TIME,
                        "%s in %s still waits or holds a slot"
                                .formatted(line.asked.deployment(), ENVIRONMENT));
            }
        }
    }

    /** The streams of deployments. */
    private final class Deployments
            implements Kind<Deployment, DeploymentCommand, DeploymentEvent> {
        private final Decider<Deployment, DeploymentCommand, DeploymentEvent> decider =
                Planted.deployments(play.defect());

        @Override
        public Decider<Deployment, DeploymentCommand, DeploymentEvent> decider() {
            return decider;
        }

        @Override
        public Class<DeploymentEvent> family() {
            return DeploymentEvent.class;
        }

        @Override
        public Channel channel() {
            return Channel.DEPLOYMENTS;
        }

        @Override
        public DeploymentCommand atTimer(StreamId stream, String name, Instant dueAt) {
            return switch (name) {
                case DeploymentDecider.ARRIVALS -> new BeginWithoutThem(dueAt, seen());
                case DeploymentDecider.NOT_BEFORE -> new FallDue(dueAt);
                case DeploymentDecider.NOT_AFTER -> new DeploymentCommand.Expire(dueAt);
                default -> new EndNow(dueAt);
            };
        }

        @Override
        public void appended(
                StreamId stream,
                Deployment before,
                Deployment after,
                List<DeploymentEvent> events) {
            var deployment = new DeploymentId(stream.name());
            for (var event : new ArrayList<>(events)) {
                play.tale().tell(name(), deployment + ": " + Sentences.of(event));
            }
            play.laws().happened(deployment, events, play.time().clock());
            var line = lines.get(deployment);
            if (line == null) {
                throw new IllegalStateException(deployment + " was never asked for");
            }
            if (after instanceof Deployment.Queued && !(before instanceof Deployment.Queued)) {
                line.number = ++queueNumber;
            }
            boolean free = after instanceof Deployment.Ended || after instanceof Deployment.Staged;
            line.queued = after instanceof Deployment.Queued queued && queued.due().isEmpty();
            line.hasSlot &= !free;
            boolean pauses =
                    !line.paused
                            && after instanceof Deployment.Running running
                            && running.isPaused();
            line.paused = after instanceof Deployment.Running running && running.isPaused();
            events.forEach(event -> awaitPerson(deployment, event));
            if (line.queued || free || pauses) {
                admit();
            }
        }
    }
}
