package stagecoach.runtime.timer;

import java.time.Instant;
import stagecoach.decider.StreamId;
import stagecoach.runtime.aggregate.AggregateKind;
import stagecoach.runtime.aggregate.Tx;

/**
 * Says which command a due timer becomes; a bean per kind of stream that has timers ({@link
 * stagecoach.decider.Decider#timersOf}).
 */
public interface TimerCommands<S, C, E> {
    /** The kind of stream. */
    AggregateKind<S, C, E> kind();

    /**
     * The command for a timer that has come due.
     *
     * @param dueAt when it should have fired
     * @param firedAt now; later than {@code dueAt} by as much as nobody was there to fire it
     */
    C fired(StreamId stream, String name, Instant dueAt, Instant firedAt);

    /**
     * The same for a command that is made from tables; this is the one that is asked, in the
     * deciding transaction.
     */
    default C fired(Tx tx, StreamId stream, String name, Instant dueAt, Instant firedAt) {
        return fired(stream, name, dueAt, firedAt);
    }
}
