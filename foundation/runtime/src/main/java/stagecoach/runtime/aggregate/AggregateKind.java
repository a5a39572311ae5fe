package stagecoach.runtime.aggregate;

import java.util.List;
import stagecoach.contracts.agent.AgentCommand;
import stagecoach.contracts.channel.Topic;
import stagecoach.decider.Decider;
import stagecoach.decider.Recorded;
import stagecoach.decider.StreamId;

/**
 * One kind of stream: how it is decided, named and published. One implementation per aggregate, a
 * bean or a constant.
 *
 * @param <S> the state, never null
 * @param <C> the commands
 * @param <E> the events, a sealed interface of records
 */
public interface AggregateKind<S, C, E> {
    /** What streams of this kind begin with, in lower-case letters: {@code deployment}. */
    String name();

    /** The rules. */
    Decider<S, C, E> decider();

    /** The sealed interface of the events. */
    Class<E> eventFamily();

    /** Where the events are published; a stream has one topic for ever. */
    Topic topic();

    /**
     * The Kafka key of the stream's events; it must never change for a stream, since it decides the
     * partition and thereby the order.
     */
    default String keyOf(StreamId stream, S state) {
        return stream.name();
    }

    /** What the envelope of an event says besides its place; {@code state} is the one after it. */
    EventAttributes attributesOf(StreamId stream, S state);

    /**
     * The commands to tentacles that {@code event} causes, published with it, in this order; {@code
     * state} is the one after it. A kind may read or write tables for them, such as the payload of
     * a command.
     */
    default List<AgentCommand> commandsOf(Tx tx, StreamId stream, S state, E event) {
        return List.of();
    }

    /**
     * Whether {@link #inSameTransaction} writes anything. What it writes relies on the append
     * having won the stream before; where nothing does, all appends of a transaction wait for its
     * end and are written together.
     */
    default boolean keepsTables() {
        return true;
    }

    /** Keeps the service's own tables about this stream, in the transaction of the append. */
    default void inSameTransaction(
            Tx tx, StreamId stream, S before, S after, List<Recorded<E>> events) {}
}
