package stagecoach.runtime.aggregate;

import java.util.List;
import stagecoach.decider.Recorded;

/**
 * What a command led to.
 *
 * @param state after the events
 * @param version of the last event of the stream; 0 if it has none
 * @param events empty if nothing happened
 */
public record Appended<S, E>(S state, long version, List<Recorded<E>> events) {
    /** Copies the events. */
    public Appended {
        events = List.copyOf(events);
    }
}
