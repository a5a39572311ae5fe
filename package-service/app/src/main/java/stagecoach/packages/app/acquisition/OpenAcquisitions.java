package stagecoach.packages.app.acquisition;

import io.quarkus.logging.Log;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.run.PinnedPackage;
import stagecoach.decider.StreamId;
import stagecoach.packages.acquisition.Acquisition.Underway;
import stagecoach.packages.acquisition.AcquisitionCommand;
import stagecoach.packages.acquisition.AcquisitionCommand.NotReplicated;
import stagecoach.packages.acquisition.AcquisitionCommand.NotStored;
import stagecoach.packages.acquisition.AcquisitionCommand.Replicated;
import stagecoach.packages.acquisition.AcquisitionCommand.Stored;
import stagecoach.packages.app.replication.Fill;
import stagecoach.packages.app.replication.FillOutcome;
import stagecoach.packages.app.replication.FillOutcome.Abandoned;
import stagecoach.packages.app.replication.FillOutcome.Filled;
import stagecoach.packages.app.replication.FillOutcome.NotFilled;
import stagecoach.packages.app.replication.Replicator;
import stagecoach.packages.app.transfer.Flights;
import stagecoach.packages.app.transfer.Flights.Flight;
import stagecoach.packages.app.transfer.Flights.Landing;
import stagecoach.packages.app.transfer.StoreCheck;
import stagecoach.runtime.aggregate.Cause;
import stagecoach.runtime.aggregate.CommandHandler;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.vocabulary.identity.CacheId;
import stagecoach.vocabulary.identity.DeploymentId;
import stagecoach.vocabulary.packages.Sha512;

/**
 * Looks at the open acquisitions and makes happen what is still to do. It remembers nothing that
 * matters: after a restart, or when a report could not be written, the next look finds it again.
 */
@Singleton
class OpenAcquisitions {
    private static final Duration LOOK_EVERY = Duration.ofSeconds(2);

    private final UnitOfWork unitOfWork;
    private final CommandHandler commands;
    private final AcquisitionKind kind;
    private final AcquisitionTables tables;
    private final StoreCheck store;
    private final Replicator replicator;
    private final ProgressTold progress;
    private final WakeUp wakeUp;
    private final Clock clock;
    private final Flights<StoreKey, Waiter> checks = new Flights<>("store");
    private final Flights<FillKey, Waiter> fills = new Flights<>("fill");
    private @Nullable Thread looking;

    OpenAcquisitions(
            UnitOfWork unitOfWork,
            CommandHandler commands,
            AcquisitionKind kind,
            AcquisitionTables tables,
            StoreCheck store,
            Replicator replicator,
            ProgressTold progress,
            WakeUp wakeUp,
            Clock clock) {
        this.unitOfWork = unitOfWork;
        this.commands = commands;
        this.kind = kind;
        this.tables = tables;
        this.store = store;
        this.replicator = replicator;
        this.progress = progress;
        this.wakeUp = wakeUp;
        this.clock = clock;
    }

    /** A package that is to be in the store. */
    private record StoreKey(Sha512 sha512, boolean force) {}

    /** A package that is to be in a cache. */
    private record FillKey(Sha512 sha512, CacheId cache, boolean force) {}

    /** An acquisition that waits for a package. */
    record Waiter(StreamId stream, DeploymentId deployment, PinnedPackage pinned) {}

    void start(@Observes StartupEvent event) {
        looking = Thread.ofVirtual().name("open-acquisitions").start(this::lookOnAndOn);
    }

    void stop(@Observes ShutdownEvent event) {
        if (looking != null) {
            looking.interrupt();
        }
        // Caches go on; whoever is started next asks them how far they are.
        checks.close();
        fills.close();
    }

    private void lookOnAndOn() {
        try {
            while (true) {
                try {
                    look();
                } catch (RuntimeException | Error e) {
                    Log.warn("The open acquisitions could not be looked at; once more soon.", e);
                }
                wakeUp.await(LOOK_EVERY);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void look() {
        Set<StoreKey> toCheck = new HashSet<>();
        Set<FillKey> toFill = new HashSet<>();
        List<StreamId> open = unitOfWork.run(tables::open);
        commands.load(kind, open)
                .forEach(
                        (stream, acquisition) -> {
                            if (acquisition instanceof Underway underway) {
                                look(stream, underway, toCheck, toFill);
                            }
                        });
        checks.keepOnly(toCheck);
        fills.keepOnly(toFill);
    }

    private void look(
            StreamId stream, Underway underway, Set<StoreKey> toCheck, Set<FillKey> toFill) {
        boolean force = underway.started().forceDownload();
        DeploymentId deployment = underway.started().deployment();
        for (PinnedPackage pinned : underway.toStore()) {
            var key = new StoreKey(pinned.pin().sha512(), force);
            toCheck.add(key);
            checks.want(
                    key,
                    new Waiter(stream, deployment, pinned),
                    _ -> checked(store.bring(pinned, force)));
        }
        for (Underway.ToFill wanted : underway.toFill()) {
            var key = new FillKey(wanted.pinned().pin().sha512(), wanted.cache().cache(), force);
            toFill.add(key);
            fills.want(
                    key,
                    new Waiter(stream, deployment, wanted.pinned()),
                    flight -> fill(key, wanted.last(), flight));
        }
    }

    /** Bytes that came from the feed again came once, so one of those who waited is told. */
    private Landing<Waiter> checked(StoreCheck.Checked checked) {
        return new Report(
                (waiter, payer) ->
                        checked.problem()
                                .<AcquisitionCommand>map(
                                        reason ->
                                                new NotStored(
                                                        waiter.pinned().pin(),
                                                        waiter.pinned().feed(),
                                                        reason))
                                .orElseGet(
                                        () ->
                                                new Stored(
                                                        waiter.pinned().pin(),
                                                        waiter.pinned().feed(),
                                                        payer ? checked.bytes() : 0,
                                                        checked.attempts())));
    }

    private Landing<Waiter> fill(FillKey key, boolean last, Flight<Waiter> flight)
            throws InterruptedException {
        Waiter first = flight.waiting().getFirst();
        var fill =
                new Fill(
                        first.pinned().pin(),
                        key.cache(),
                        first.stream().value(),
                        key.force(),
                        last);
        FillOutcome outcome = replicator.fill(fill, progress.of(key.cache(), flight));
        return switch (outcome) {
            case Filled filled ->
                    new Report((waiter, payer) -> replicated(key, waiter, payer, filled));
            case NotFilled(String reason) ->
                    new Report(
                            (waiter, _) ->
                                    new NotReplicated(waiter.pinned().pin(), key.cache(), reason));
            case Abandoned() -> _ -> {};
        };
    }

    /** The bytes crossed the link once, so one of those who waited is told of them. */
    private static AcquisitionCommand replicated(
            FillKey key, Waiter waiter, boolean payer, Filled filled) {
        return new Replicated(
                waiter.pinned().pin(),
                key.cache(),
                payer ? filled.bytes() : 0,
                payer ? filled.bytesResumed() : 0,
                filled.attempts());
    }

    /** Tells all that waited; the first that still cares is the payer. */
    private final class Report implements Landing<Waiter> {
        private final BiFunction<Waiter, Boolean, AcquisitionCommand> command;
        private boolean paid;

        Report(BiFunction<Waiter, Boolean, AcquisitionCommand> command) {
            this.command = command;
        }

        @Override
        public void tell(List<Waiter> waited) {
            for (Waiter waiter : waited) {
                var appended =
                        commands.handle(
                                kind,
                                waiter.stream(),
                                command.apply(waiter, !paid),
                                Cause.of(clock, Cause.SYSTEM));
                paid |= !appended.events().isEmpty();
            }
        }
    }
}
