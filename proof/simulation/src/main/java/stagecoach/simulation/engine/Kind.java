package stagecoach.simulation.engine;

import java.util.List;
import stagecoach.contracts.agent.AgentCommand;
import stagecoach.decider.Decider;
import stagecoach.decider.StreamId;
import stagecoach.simulation.engine.Letter.Channel;

/** One kind of stream of a service, and what goes with an append. */
public interface Kind<S, C, E> {
    /** The rules. */
    Decider<S, C, E> decider();

    /** The sealed interface of the events. */
    Class<E> family();

    /** Where the events are published. */
    Channel channel();

    /** The key that keeps them in order. */
    default String keyOf(StreamId stream) {
        return stream.name();
    }

    /** The commands to tentacles that an event causes; {@code state} is the one after it. */
    default List<AgentCommand> commandsOf(S state, E event) {
        return List.of();
    }

    /** What a timer of this name becomes. */
    default C atTimer(StreamId stream, String name, java.time.Instant dueAt) {
        throw new IllegalStateException("no timer is expected here: " + name);
    }

    /** Happens in the same transaction. */
    default void appended(StreamId stream, S before, S after, List<E> events) {}
}
