package stagecoach.decider;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * The rules of one kind of stream, pure and total: no clock, no ids, no I/O; what they need comes
 * in with the command.
 *
 * @param <S> the state, never null
 * @param <C> the commands, which ask
 * @param <E> the events, which report
 */
public interface Decider<S, C, E> {
    /** The state of a stream without events. */
    S initial();

    /**
     * What happens when {@code command} meets {@code state}; an empty list means that nothing does
     * (a repeat, or a report about something left behind).
     *
     * @throws Rejection if a person asked for what may not be
     */
    List<E> decide(S state, C command);

    /**
     * The state after {@code event}. It only believes: no validation.
     *
     * @throws IllegalStateException if the event cannot have happened in this state: history is
     *     damaged
     */
    S evolve(S state, E event);

    /** The timers that must be pending in {@code state}: name to due time. */
    default Map<String, Instant> timersOf(S state) {
        return Map.of();
    }

    /** The state after all {@code events}, in their order. */
    default S fold(S state, Iterable<? extends E> events) {
        S folded = state;
        for (E event : events) {
            folded = evolve(folded, event);
        }
        return folded;
    }
}
