package stagecoach.runtime.inbox;

import java.time.Instant;
import java.util.Optional;
import stagecoach.decider.StreamId;
import stagecoach.runtime.aggregate.EventAttributes;
import stagecoach.runtime.aggregate.Happened;

/**
 * An event as it arrived.
 *
 * @param handler who handles it
 * @param version its place in its stream, from 1
 * @param at when it was decided
 * @param type its full type, such as {@code stagecoach.PhaseStarted.v1}
 * @param actor who set it going
 */
public record InboxEvent<E>(
        String handler,
        StreamId stream,
        long version,
        Instant at,
        String type,
        E event,
        EventAttributes attributes,
        Optional<String> actor)
        implements Happened {
    @Override
    public String id() {
        return stream + "/" + version;
    }
}
