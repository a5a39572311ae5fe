package stagecoach.simulation.service;

import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import stagecoach.contracts.acquisition.AcquisitionEvent;
import stagecoach.contracts.agent.AgentCommand;
import stagecoach.contracts.agent.AgentReport.CommandEnded;
import stagecoach.contracts.agent.StopBounds;
import stagecoach.contracts.deployment.DeploymentEvent.CancelRequested;
import stagecoach.contracts.deployment.DeploymentEvent.DeploymentEnded;
import stagecoach.contracts.deployment.DeploymentEvent.DeploymentStarted;
import stagecoach.contracts.deployment.DeploymentEvent.PhaseStarted;
import stagecoach.contracts.run.PhaseWork;
import stagecoach.decider.Decider;
import stagecoach.decider.StreamId;
import stagecoach.packages.acquisition.Acquisition;
import stagecoach.packages.acquisition.Acquisition.Underway;
import stagecoach.packages.acquisition.AcquisitionCommand;
import stagecoach.packages.acquisition.AcquisitionCommand.Cancel;
import stagecoach.packages.acquisition.AcquisitionCommand.NotReplicated;
import stagecoach.packages.acquisition.AcquisitionCommand.NotStored;
import stagecoach.packages.acquisition.AcquisitionCommand.Replicated;
import stagecoach.packages.acquisition.AcquisitionCommand.Start;
import stagecoach.packages.acquisition.AcquisitionCommand.Stored;
import stagecoach.packages.acquisition.AcquisitionCommand.TargetReported;
import stagecoach.packages.acquisition.AcquisitionCommands;
import stagecoach.packages.routing.RoutePlanner;
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
import stagecoach.vocabulary.identity.DeploymentId;
import stagecoach.vocabulary.identity.Run;
import stagecoach.vocabulary.identity.RunId;

/** The package-service: acquisitions, the store and the caches. */
final class Packages extends Service {
    private static final AcquisitionCommands COMMANDS =
            new AcquisitionCommands(Shop.START_WITHIN, Shop.REACH_WITHIN, StopBounds.USUAL);

    private final Acquisitions kind;
    private final Set<StreamId> open = new LinkedHashSet<>();
    private final Set<String> flights = new HashSet<>();

    Packages(Play play) {
        super("packages", play);
        kind = new Acquisitions();
        play.post().listen(Channel.DEPLOYMENTS, this, this::onDeployment);
        play.post().listen(Channel.AGENTS, this, this::onAgent);
    }

    private void onDeployment(Letter letter) {
        once(
                "deployments",
                letter,
                () -> {
                    var deployment = new DeploymentId(letter.stream().name());
                    switch (letter.content()) {
                        case DeploymentStarted _ -> {
                            if (play.has(Defect.PACKAGES_ARE_FETCHED_AHEAD)) {
                                play.laws().moves(deployment, new Run(1), "the feed");
                            }
                        }
                        case PhaseStarted phase
                                when phase.work() instanceof PhaseWork.Acquire work ->
                                start(phase, work);
                        case CancelRequested _ -> cancel(deployment);
                        case DeploymentEnded _ -> cancel(deployment);
                        default -> {}
                    }
                });
    }

    private void start(PhaseStarted phase, PhaseWork.Acquire work) {
        tell(
                new RunId(phase.deployment(), phase.run()),
                new Start(
                        phase.deployment(),
                        phase.project(),
                        phase.environment(),
                        phase.run(),
                        phase.attempt(),
                        phase.purpose(),
                        work.needs(),
                        work.forceDownload(),
                        RoutePlanner.routes(work.needs(), Shop.caches(play.scenario()), Set.of()),
                        List.of(),
                        List.of()));
    }

    private void cancel(DeploymentId deployment) {
        for (var stream : List.copyOf(open)) {
            if (RunId.parse(stream.name()).deployment().equals(deployment)) {
                handle(kind, stream, new Cancel());
            }
        }
    }

    private void onAgent(Letter letter) {
        once(
                "agents",
                letter,
                () -> {
                    if (letter.content() instanceof CommandEnded ended
                            && ended.context().step().isEmpty()) {
                        tell(
                                ended.context().runId(),
                                new TargetReported(ended.ticket(), ended.result()));
                    }
                });
    }

    private void tell(RunId run, AcquisitionCommand command) {
        handle(kind, StreamId.of("acquisition", run), command);
    }

    @Override
    protected void crashed() {
        flights.clear();
    }

    @Override
    protected void restarted() {
        List.copyOf(open).forEach(this::look);
    }

    /** Makes happen what is still to do for a run. */
    private void look(StreamId stream) {
        if (!isUp() || !(load(kind, stream) instanceof Underway underway)) {
            return;
        }
        var run = RunId.parse(stream.name());
        for (var pinned : underway.toStore()) {
            var pin = pinned.pin();
            boolean there = !play.scenario().brokenPackages().contains(Shop.number(pin.id()));
            fly(
                    stream,
                    "store " + pin.id(),
                    () -> play.laws().moves(run.deployment(), run.run(), "the feed"),
                    there
                            ? new Stored(pin, pinned.feed(), pin.size(), 1)
                            : new NotStored(pin, pinned.feed(), "it is damaged"));
        }
        for (var wanted : underway.toFill()) {
            var pin = wanted.pinned().pin();
            var cache = wanted.cache().cache();
            boolean broken =
                    play.scenario().caches().stream()
                            .anyMatch(one -> one.broken() && one.id().equals(cache.value()));
            fly(
                    stream,
                    "fill " + cache + " " + pin.id(),
                    () -> play.laws().moves(run.deployment(), run.run(), "cache " + cache),
                    broken
                            ? new NotReplicated(pin, cache, "its disk is full")
                            : new Replicated(pin, cache, pin.size(), 0, 1));
        }
    }

    private void fly(StreamId stream, String what, Runnable begin, AcquisitionCommand landing) {
        String flight = stream + " " + what;
        if (!flights.add(flight)) {
            return;
        }
        begin.run();
        int life = life();
        play.time()
                .after(
                        play.dice().between(10, 20_000),
                        () -> {
                            if (life == life()) {
                                flights.remove(flight);
                                handle(kind, stream, landing);
                            }
                        });
    }

    /** Every acquisition has ended. */
    void allOver() {
        if (!open.isEmpty()) {
            throw new Broken(
                    Invariant.N9_NOTHING_IS_LOST_TWICE_OR_STUCK, "%s never end".formatted(open));
        }
    }

    /** The streams of acquisitions. */
    private final class Acquisitions
            implements Kind<Acquisition, AcquisitionCommand, AcquisitionEvent> {
        private final Decider<Acquisition, AcquisitionCommand, AcquisitionEvent> decider =
                Planted.acquisitions(play.defect());

        @Override
        public Decider<Acquisition, AcquisitionCommand, AcquisitionEvent> decider() {
            return decider;
        }

        @Override
        public Class<AcquisitionEvent> family() {
            return AcquisitionEvent.class;
        }

        @Override
        public Channel channel() {
            return Channel.ACQUISITIONS;
        }

        @Override
        public List<AgentCommand> commandsOf(Acquisition state, AcquisitionEvent event) {
            return COMMANDS.of(state, event, play.time().clock());
        }

        @Override
        public void appended(
                StreamId stream,
                Acquisition before,
                Acquisition after,
                List<AcquisitionEvent> events) {
            var run = RunId.parse(stream.name());
            play.laws().acquired(run, events);
            events.forEach(
                    event ->
                            play.tale()
                                    .tell(
                                            name(),
                                            "%s run %s: %s"
                                                    .formatted(
                                                            run.deployment(),
                                                            run.run(),
                                                            Sentences.of(event))));
            if (after instanceof Underway) {
                open.add(stream);
                play.time().after(1, () -> look(stream));
            } else {
                open.remove(stream);
            }
        }
    }
}
