package stagecoach.runtime.inbox;

import java.util.List;
import stagecoach.runtime.aggregate.Tx;

/** What a service does about events of another one. */
@FunctionalInterface
public interface InboxHandler<E> {
    /**
     * Handles events of one stream, in order, in the transaction that remembers that they were
     * handled. Whoever does not care for an event does nothing about it. The function may run again
     * after a rollback, so that its only effects are those of {@code tx}.
     *
     * @throws stagecoach.runtime.store.TemporaryFailure to be called again later
     * @throws RuntimeException any other one parks the event at fault and all later ones of its
     *     stream
     */
    void handle(Tx tx, List<InboxEvent<E>> ofOneStream);

    /**
     * Gets what {@link #handle} will need from elsewhere, such as a plan from the orchestrator;
     * called on the same virtual thread right before the transaction, each time that it is tried.
     * It may run for events that were handled before.
     *
     * @throws stagecoach.runtime.store.TemporaryFailure to be called again later
     */
    default void prepare(List<InboxEvent<E>> ofOneStream) {}
}
