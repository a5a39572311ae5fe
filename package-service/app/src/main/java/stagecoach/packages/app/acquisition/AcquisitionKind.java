package stagecoach.packages.app.acquisition;

import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import stagecoach.contracts.acquisition.AcquisitionEvent;
import stagecoach.contracts.acquisition.AcquisitionEvent.AcquisitionStarted;
import stagecoach.contracts.acquisition.AcquisitionEvent.IntegrityBroken;
import stagecoach.contracts.agent.AgentCommand;
import stagecoach.contracts.agent.StopBounds;
import stagecoach.contracts.channel.Channels;
import stagecoach.contracts.channel.Topic;
import stagecoach.contracts.run.PackageNeed;
import stagecoach.decider.Decider;
import stagecoach.decider.Recorded;
import stagecoach.decider.StreamId;
import stagecoach.packages.acquisition.Acquisition;
import stagecoach.packages.acquisition.AcquisitionCommand;
import stagecoach.packages.acquisition.AcquisitionCommands;
import stagecoach.packages.acquisition.AcquisitionDecider;
import stagecoach.packages.app.transfer.StoreCheck;
import stagecoach.runtime.aggregate.AggregateKind;
import stagecoach.runtime.aggregate.EventAttributes;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.cancel.CancelSettings;
import stagecoach.vocabulary.identity.RunId;

/** Acquisition runs: streams {@code acquisition-<deployment>-<run>}. */
@Singleton
class AcquisitionKind implements AggregateKind<Acquisition, AcquisitionCommand, AcquisitionEvent> {
    /** A command that could not be given to its tentacle by then is given up. */
    private static final Duration START_WITHIN = Duration.ofHours(1);

    /** How long a machine may be out of reach, unless the steps that need it wait for it. */
    private static final Duration REACH_WITHIN = Duration.ofMinutes(1);

    /**
     * How a tentacle's report begins that names the server; see {@code AcquisitionResult.broken}.
     */
    private static final String SERVER = "the server ";

    private final AcquisitionDecider decider = new AcquisitionDecider();
    private final AcquisitionTables tables;
    private final Suspicions suspicions;
    private final StoreCheck store;
    private final UnitOfWork unitOfWork;
    private final WakeUp wakeUp;
    private final AcquisitionCommands commands;
    private final Clock clock;

    AcquisitionKind(
            AcquisitionTables tables,
            Suspicions suspicions,
            StoreCheck store,
            UnitOfWork unitOfWork,
            WakeUp wakeUp,
            CancelSettings cancels,
            Clock clock) {
        this.tables = tables;
        this.suspicions = suspicions;
        this.store = store;
        this.unitOfWork = unitOfWork;
        this.wakeUp = wakeUp;
        this.commands =
                new AcquisitionCommands(
                        START_WITHIN,
                        REACH_WITHIN,
                        new StopBounds(cancels.killAfter(), cancels.abandonAfter()));
        this.clock = clock;
    }

    /** The stream of a run. */
    static StreamId streamOf(RunId run) {
        return StreamId.of("acquisition", run);
    }

    @Override
    public String name() {
        return "acquisition";
    }

    @Override
    public Decider<Acquisition, AcquisitionCommand, AcquisitionEvent> decider() {
        return decider;
    }

    @Override
    public Class<AcquisitionEvent> eventFamily() {
        return AcquisitionEvent.class;
    }

    @Override
    public Topic topic() {
        return Channels.ACQUISITIONS;
    }

    @Override
    public EventAttributes attributesOf(StreamId stream, Acquisition state) {
        return switch (state) {
            case Acquisition.Nothing _ -> EventAttributes.none();
            case Acquisition.Underway underway -> attributes(underway.started());
            case Acquisition.Ended(AcquisitionStarted started) -> attributes(started);
        };
    }

    private static EventAttributes attributes(AcquisitionStarted started) {
        return EventAttributes.of(
                started.deployment(), started.project(), started.environment(), started.run());
    }

    private static List<PackageNeed> needs(Acquisition state) {
        return switch (state) {
            case Acquisition.Nothing _ -> List.of();
            case Acquisition.Underway underway -> underway.started().needs();
            case Acquisition.Ended(AcquisitionStarted started) -> started.needs();
        };
    }

    @Override
    public List<AgentCommand> commandsOf(
            Tx tx, StreamId stream, Acquisition state, AcquisitionEvent event) {
        return commands.of(state, event, clock.instant());
    }

    @Override
    public void inSameTransaction(
            Tx tx,
            StreamId stream,
            Acquisition before,
            Acquisition after,
            List<Recorded<AcquisitionEvent>> events) {
        for (Recorded<AcquisitionEvent> recorded : events) {
            tables.apply(tx, stream, recorded.event());
            if (recorded.event() instanceof IntegrityBroken(var pin, var holder, var _)
                    && holder.startsWith(SERVER)) {
                unitOfWork.afterCommit(tx, () -> store.doubt(pin.sha512()));
            }
        }
        suspicions.learn(tx, needs(after), events.stream().map(Recorded::event).toList());
        unitOfWork.afterCommit(tx, wakeUp::ring);
    }
}
