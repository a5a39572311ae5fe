package stagecoach.runtime.aggregate;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.agent.AgentCommand;
import stagecoach.contracts.channel.Channels;
import stagecoach.decider.Recorded;
import stagecoach.decider.StreamId;
import stagecoach.runtime.codec.Codecs;
import stagecoach.runtime.store.Append;
import stagecoach.runtime.store.Doorbell;
import stagecoach.runtime.store.EventStore;
import stagecoach.runtime.store.NewEvent;
import stagecoach.runtime.store.StateCache;
import stagecoach.runtime.store.StoredEvent;
import stagecoach.runtime.store.TemporaryFailure;
import stagecoach.runtime.store.TimerTable;

/**
 * Loads, decides and appends. Called on virtual threads only. A {@link
 * stagecoach.decider.Rejection} of the decider passes through and leaves nothing behind.
 */
@ApplicationScoped
public class CommandHandler {
    private final UnitOfWork unitOfWork;
    private final EventStore store;
    private final Codecs codecs;
    private final StateCache cache;
    private final Doorbell doorbell;
    private final StreamLocks locks = new StreamLocks();

    CommandHandler(
            UnitOfWork unitOfWork,
            EventStore store,
            Codecs codecs,
            StateCache cache,
            Doorbell doorbell) {
        this.unitOfWork = unitOfWork;
        this.store = store;
        this.codecs = codecs;
        this.cache = cache;
        this.doorbell = doorbell;
    }

    /** Handles one command in a transaction of its own; decides again when another was faster. */
    public <S, C, E> Appended<S, E> handle(
            AggregateKind<S, C, E> kind, StreamId stream, C command, Cause cause) {
        return unitOfWork.run(tx -> handle(tx, kind, stream, List.of(command), cause));
    }

    /** The present state of a stream, the initial one if it has no events. */
    public <S, C, E> S load(AggregateKind<S, C, E> kind, StreamId stream) {
        return unitOfWork.run(tx -> load(tx, kind, stream));
    }

    /** The present states of streams, all asked for in one statement. */
    public <S, C, E> Map<StreamId, S> load(
            AggregateKind<S, C, E> kind, Collection<StreamId> streams) {
        return unitOfWork.run(
                tx -> {
                    var session = (TxSession) tx;
                    Map<StreamId, Known<S>> present =
                            caughtUp(session, kind, remembered(session, kind, streams));
                    var states = new LinkedHashMap<StreamId, S>();
                    present.forEach((stream, known) -> states.put(stream, known.state()));
                    return states;
                });
    }

    /**
     * Has the states of streams at hand for this transaction, which is about to ask for each: those
     * that this process does not remember are read in one statement.
     */
    public <S, C, E> void prepare(
            Tx tx, AggregateKind<S, C, E> kind, Collection<StreamId> streams) {
        var session = (TxSession) tx;
        Map<StreamId, Known<S>> unknown = remembered(session, kind, streams);
        unknown.values().removeIf(known -> known.version() > 0);
        caughtUp(session, kind, unknown)
                .forEach(
                        (stream, known) ->
                                remember(session, stream, known.version(), known.state()));
    }

    /** The present state of a stream as {@code tx} sees it. */
    public <S, C, E> S load(Tx tx, AggregateKind<S, C, E> kind, StreamId stream) {
        var session = (TxSession) tx;
        return caughtUp(session, kind, stream, known(session, kind, stream)).state();
    }

    /**
     * Handles commands, one after the other, inside a transaction that one already has, and appends
     * once; where the kind keeps no tables, at the transaction's end. The same stream may be asked
     * again in the same transaction.
     */
    public <S, C, E> Appended<S, E> handle(
            Tx tx,
            AggregateKind<S, C, E> kind,
            StreamId stream,
            List<? extends C> commands,
            Cause cause) {
        if (!stream.kind().equals(kind.name())) {
            throw new IllegalArgumentException(
                    "Stream %s is none of the kind %s.".formatted(stream, kind.name()));
        }
        var session = (TxSession) tx;
        locks.lockUntilEnd(session, stream);
        Known<S> known = known(session, kind, stream);
        while (true) {
            List<E> events;
            try {
                events = decideAll(kind, known.state(), commands);
            } catch (TemporaryFailure e) {
                // No refusal: something that was asked on the way has not been answered.
                throw e;
            } catch (RuntimeException e) {
                // A refusal, too, must be one by the present state and not by what we remember.
                Known<S> present = caughtUp(session, kind, stream, known);
                if (present.version() == known.version()) {
                    throw e;
                }
                known = present;
                continue;
            }
            if (!events.isEmpty()) {
                return append(session, kind, stream, known, events, cause);
            }
            // Nothing is appended, so nothing would tell that the state is an old one.
            Known<S> present = caughtUp(session, kind, stream, known);
            if (present.version() == known.version()) {
                return new Appended<>(known.state(), known.version(), List.of());
            }
            known = present;
        }
    }

    private static <S, C, E> List<E> decideAll(
            AggregateKind<S, C, E> kind, S state, List<? extends C> commands) {
        var all = new ArrayList<E>();
        S current = state;
        for (C command : commands) {
            List<E> events = kind.decider().decide(current, command);
            current = kind.decider().fold(current, events);
            all.addAll(events);
        }
        return all;
    }

    private <S, C, E> Appended<S, E> append(
            TxSession tx,
            AggregateKind<S, C, E> kind,
            StreamId stream,
            Known<S> known,
            List<E> events,
            Cause cause) {
        var decider = kind.decider();
        var fresh = new ArrayList<NewEvent>(events.size());
        var recorded = new ArrayList<Recorded<E>>(events.size());
        S state = known.state();
        long version = known.version();
        for (E event : events) {
            state = decider.evolve(state, event);
            version++;
            fresh.add(newEvent(tx, kind, stream, state, event, cause));
            recorded.add(new Recorded<>(stream, version, cause.at(), event));
        }
        var append = new Append(stream, known.version(), fresh);
        if (kind.keepsTables()) {
            store.append(tx, List.of(append));
        } else {
            tx.appendLater(append);
        }
        TimerTable.reconcile(
                tx, stream, kind.name(), decider.timersOf(known.state()), decider.timersOf(state));
        remember(tx, stream, version, state);
        unitOfWork.afterCommit(tx, doorbell::ring);
        kind.inSameTransaction(tx, stream, known.state(), state, List.copyOf(recorded));
        return new Appended<>(state, version, recorded);
    }

    private <S, C, E> NewEvent newEvent(
            Tx tx, AggregateKind<S, C, E> kind, StreamId stream, S state, E event, Cause cause) {
        var attributes = kind.attributesOf(stream, state);
        var commands =
                kind.commandsOf(tx, stream, state, event).stream().map(this::newCommand).toList();
        return new NewEvent(
                Codecs.typeOf(event),
                codecs.encode(event),
                cause.at(),
                cause.actor(),
                cause.causationId(),
                attributes.deployment().map(Object::toString),
                attributes.project().map(Object::toString),
                attributes.environment().map(Object::toString),
                attributes.run().map(run -> run.value()),
                kind.topic().name(),
                kind.keyOf(stream, state),
                commands);
    }

    private NewEvent.NewCommand newCommand(AgentCommand command) {
        return new NewEvent.NewCommand(
                Channels.AGENT_COMMANDS.name(),
                command.agent().value(),
                Codecs.typeOf(command),
                codecs.encode(command));
    }

    /** What this transaction or this process knows of the stream, or all that the store has. */
    private <S, C, E> Known<S> known(TxSession tx, AggregateKind<S, C, E> kind, StreamId stream) {
        Optional<StateCache.Entry> entry = entry(tx, stream);
        Known<S> known = remembered(kind, entry);
        return entry.isEmpty() || entry.get().suspect() ? caughtUp(tx, kind, stream, known) : known;
    }

    private Optional<StateCache.Entry> entry(TxSession tx, StreamId stream) {
        StateCache.@Nullable Entry entry = tx.states().get(stream);
        return entry == null ? cache.get(stream) : Optional.of(entry);
    }

    private <S, C, E> Map<StreamId, Known<S>> remembered(
            TxSession tx, AggregateKind<S, C, E> kind, Collection<StreamId> streams) {
        var known = new LinkedHashMap<StreamId, Known<S>>();
        streams.forEach(stream -> known.put(stream, remembered(kind, entry(tx, stream))));
        return known;
    }

    private static <S, C, E> Known<S> remembered(
            AggregateKind<S, C, E> kind, Optional<StateCache.Entry> entry) {
        if (entry.isEmpty()) {
            return new Known<>(0, kind.decider().initial());
        }
        // Streams are told apart by their kind, so the state is of the kind's class.
        @SuppressWarnings("unchecked")
        var known = new Known<>(entry.get().version(), (S) entry.get().state());
        return known;
    }

    private <S, C, E> Known<S> caughtUp(
            TxSession tx, AggregateKind<S, C, E> kind, StreamId stream, Known<S> known) {
        // What this transaction decided itself is part of the present.
        tx.appendNow(stream);
        return evolved(tx, kind, stream, known, store.tail(tx, stream, known.version()));
    }

    private <S, C, E> Map<StreamId, Known<S>> caughtUp(
            TxSession tx, AggregateKind<S, C, E> kind, Map<StreamId, Known<S>> known) {
        var versions = new LinkedHashMap<StreamId, Long>();
        known.forEach((stream, each) -> versions.put(stream, each.version()));
        versions.keySet().forEach(tx::appendNow);
        Map<StreamId, List<StoredEvent>> tails =
                versions.isEmpty() ? Map.of() : store.tails(tx, versions);
        var present = new LinkedHashMap<StreamId, Known<S>>();
        known.forEach(
                (stream, each) ->
                        present.put(
                                stream,
                                evolved(
                                        tx,
                                        kind,
                                        stream,
                                        each,
                                        tails.getOrDefault(stream, List.of()))));
        return present;
    }

    private <S, C, E> Known<S> evolved(
            TxSession tx,
            AggregateKind<S, C, E> kind,
            StreamId stream,
            Known<S> known,
            List<StoredEvent> tail) {
        S state = known.state();
        long version = known.version();
        for (StoredEvent stored : tail) {
            E event = codecs.decode(kind.eventFamily(), stored.type(), stored.data());
            state = kind.decider().evolve(state, event);
            version = stored.version();
        }
        if (version > 0) {
            remember(tx, stream, version, state);
        }
        return new Known<>(version, state);
    }

    private static <S> void remember(TxSession tx, StreamId stream, long version, S state) {
        tx.states().put(stream, new StateCache.Entry(version, (Object) state, false));
    }

    private record Known<S>(long version, S state) {}
}
