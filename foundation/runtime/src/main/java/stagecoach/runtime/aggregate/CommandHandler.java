package stagecoach.runtime.aggregate;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.function.Function;
import stagecoach.decider.StreamId;

/**
 * Loads, decides and appends. Called on virtual threads only. A {@link
 * stagecoach.decider.Rejection} of the decider passes through and leaves nothing behind.
 */
@ApplicationScoped
public class CommandHandler {
    /** Handles one command in a transaction of its own; decides again when another was faster. */
    public <S, C, E> Appended<S, E> handle(
            AggregateKind<S, C, E> kind, StreamId stream, C command, Cause cause) {
        throw new UnsupportedOperationException("not built yet");
    }

    /**
     * Handles commands, one after the other, inside a transaction that one already has, and appends
     * once. The same stream may be asked again in the same transaction.
     */
    public <S, C, E> Appended<S, E> handle(
            Tx tx,
            AggregateKind<S, C, E> kind,
            StreamId stream,
            List<? extends C> commands,
            Cause cause) {
        throw new UnsupportedOperationException("not built yet");
    }

    /** Handles a command that is made inside the transaction, from tables. */
    public <S, C, E> Appended<S, E> handleDeciding(
            AggregateKind<S, C, E> kind, StreamId stream, Function<Tx, C> command, Cause cause) {
        throw new UnsupportedOperationException("not built yet");
    }

    /** The present state of a stream, the initial one if it has no events. */
    public <S, C, E> S load(AggregateKind<S, C, E> kind, StreamId stream) {
        throw new UnsupportedOperationException("not built yet");
    }

    /** The present state of a stream as {@code tx} sees it. */
    public <S, C, E> S load(Tx tx, AggregateKind<S, C, E> kind, StreamId stream) {
        throw new UnsupportedOperationException("not built yet");
    }
}
