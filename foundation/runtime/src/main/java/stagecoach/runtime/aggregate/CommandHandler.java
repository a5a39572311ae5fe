package stagecoach.runtime.aggregate;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
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
        StateCache.@Nullable Entry entry = tx.states().get(stream);
        if (entry == null) {
            entry = cache.get(stream).orElse(null);
        }
        if (entry == null) {
            return caughtUp(tx, kind, stream, new Known<>(0, kind.decider().initial()));
        }
        // Streams are told apart by their kind, so the state is of the kind's class.
        @SuppressWarnings("unchecked")
        var known = new Known<>(entry.version(), (S) entry.state());
        return entry.suspect() ? caughtUp(tx, kind, stream, known) : known;
    }

    private <S, C, E> Known<S> caughtUp(
            TxSession tx, AggregateKind<S, C, E> kind, StreamId stream, Known<S> known) {
        S state = known.state();
        long version = known.version();
        // What this transaction decided itself is part of the present.
        tx.appendNow();
        for (StoredEvent stored : store.tail(tx, stream, version)) {
            state =
                    kind.decider()
                            .evolve(
                                    state,
                                    codecs.decode(
                                            kind.eventFamily(), stored.type(), stored.data()));
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
