package stagecoach.orchestrator.app.projection;

import java.util.List;
import java.util.Set;
import stagecoach.decider.StreamId;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.inbox.InboxHandler;

/**
 * A read model: tables that follow from events which handlers of this service write into them. The
 * handlers name tables without their schema, so that the same code writes a shadow of them.
 */
public interface Projection {
    /** Its name for people, in lower case. */
    String name();

    /** The tables; nobody else's rows are in them. */
    List<Table> tables();

    /** The handlers that keep them. */
    List<Part<?>> parts();

    /** Whose rows a stream of the parts has a say in: a value of each table's owner column. */
    String ownerOf(StreamId stream);

    /**
     * Brings what events do not tell from a live table into the shadow, such as how far a transfer
     * has come. Called for each piece of each table, when both stand at the same events and nobody
     * writes.
     *
     * @param live the schema of the live tables
     * @param shadow the schema of the rebuilt ones
     */
    void carryOver(Tx tx, Table table, String live, String shadow, Piece piece);

    /**
     * A table.
     *
     * @param key the columns of its primary key
     * @param owner the column that tells whose row it is, which is part of the key and has text
     */
    record Table(String name, List<String> key, String owner) {
        /** Copies the columns. */
        public Table {
            key = List.copyOf(key);
        }
    }

    /**
     * One handler's part.
     *
     * @param handler by whose name the inbox remembers what was handled
     * @param streams what its streams begin with, such as {@code steprun}
     * @param family the sealed interface of its events
     * @param only the bare names of the events that it cares for; empty if it follows streams event
     *     by event
     * @param whole the bare names of the events each of which tells anew what counts: where a feed
     *     has forgotten the beginning of a stream and still tells one of these, what it tells is
     *     handled upon the present rows
     * @param work what it does
     */
    record Part<E>(
            String handler,
            String streams,
            Class<E> family,
            Set<String> only,
            Set<String> whole,
            InboxHandler<E> work) {
        /** Copies the names. */
        public Part {
            only = Set.copyOf(only);
            whole = Set.copyOf(whole);
        }

        /** One that needs all of a stream's history. */
        public Part(
                String handler,
                String streams,
                Class<E> family,
                Set<String> only,
                InboxHandler<E> work) {
            this(handler, streams, family, only, Set.of(), work);
        }

        boolean inOrder() {
            return only.isEmpty();
        }
    }
}
