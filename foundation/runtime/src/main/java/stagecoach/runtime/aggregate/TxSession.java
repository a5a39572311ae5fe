package stagecoach.runtime.aggregate;

import io.smallrye.mutiny.Uni;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.hibernate.reactive.mutiny.Mutiny;
import org.hibernate.reactive.pool.ReactiveConnection;
import org.jspecify.annotations.Nullable;
import stagecoach.decider.StreamId;
import stagecoach.runtime.aggregate.Conversation.Question;
import stagecoach.runtime.store.Append;
import stagecoach.runtime.store.EventStore;
import stagecoach.runtime.store.StateCache;

/**
 * One transaction of one thread. It begins with its first statement that changes or locks anything:
 * what was read before that was read as READ COMMITTED reads anyhow, and one that only reads is
 * none at all. Statements whose result nobody wants go with the next one that somebody waits for,
 * or together before the commit.
 */
final class TxSession implements Tx {
    private static final Question<Void> BEGIN = plain("BEGIN");
    private static final Question<Void> COMMIT = plain("COMMIT");
    private static final Question<Void> ROLLBACK = plain("ROLLBACK");

    private final EventStore store;
    private final Supplier<Conversation> opening;
    private final Thread owner = Thread.currentThread();
    private final List<Question<?>> later = new ArrayList<>();
    private final List<Append> appends = new ArrayList<>();
    private final List<Runnable> afterCommit = new ArrayList<>();
    private final Map<StreamId, StateCache.Entry> states = new HashMap<>();
    private final List<Runnable> releases = new ArrayList<>();
    private @Nullable Conversation conversation;
    private boolean begun;
    private boolean open = true;

    /** Why this transaction cannot be committed any more, whoever has caught that meanwhile. */
    private @Nullable RuntimeException lost;

    /**
     * @param opening opens the conversation with the database when there is something to say
     */
    TxSession(Supplier<Conversation> opening, EventStore store) {
        this.opening = opening;
        this.store = store;
    }

    /**
     * Appends what waits for it, commits and closes; if the commit fails, the transaction may or
     * may not have taken place.
     */
    void commit() {
        check();
        appendNow();
        List<Question<?>> before = before(false);
        var with = conversation;
        if (with != null && begun) {
            with.askAndClose(before, COMMIT);
        } else if (with != null) {
            with.leave();
        }
        open = false;
    }

    /** Rolls back and closes because of {@code reason}, which keeps what goes wrong on the way. */
    void rollback(Throwable reason) {
        if (!open) {
            return;
        }
        open = false;
        var with = conversation;
        if (with == null) {
            return;
        }
        if (begun && with.isOpen()) {
            try {
                with.askAndClose(List.of(), ROLLBACK);
            } catch (RuntimeException e) {
                reason.addSuppressed(e);
            }
        }
        with.close(reason);
    }

    /** Has it appended before the transaction ends. */
    void appendLater(Append append) {
        appends.add(append);
    }

    /** Appends what waits for it if something of {@code stream} does. */
    void appendNow(StreamId stream) {
        if (appends.stream().anyMatch(append -> append.stream().equals(stream))) {
            appendNow();
        }
    }

    /** Appends what waits for it, all at once: many events cost hardly more than one. */
    void appendNow() {
        if (!appends.isEmpty()) {
            var waiting = List.copyOf(appends);
            appends.clear();
            store.append(this, waiting);
        }
    }

    List<Runnable> afterCommit() {
        return afterCommit;
    }

    /** The states of streams as this transaction left them. */
    Map<StreamId, StateCache.Entry> states() {
        return states;
    }

    /** Whether nothing waits for its end yet. */
    boolean holdsNothing() {
        return releases.isEmpty();
    }

    /** Runs {@code action} when the transaction has ended, either way. */
    void atEnd(Runnable action) {
        releases.add(action);
    }

    void ended() {
        releases.forEach(Runnable::run);
        releases.clear();
    }

    @Override
    public void insert(Object entity) {
        change(session -> session.insert(entity));
    }

    @Override
    public void insertAll(List<?> entities) {
        if (!entities.isEmpty()) {
            change(session -> session.insertMultiple(entities));
        }
    }

    @Override
    public void update(Object entity) {
        change(session -> session.update(entity));
    }

    @Override
    public void upsert(Object entity) {
        change(session -> session.upsert(entity));
    }

    @Override
    public void delete(Object entity) {
        change(session -> session.delete(entity));
    }

    @Override
    public <T> Optional<T> find(Class<T> type, Object id) {
        return Optional.ofNullable(read(session -> session.get(type, id)));
    }

    @Override
    public <T> List<T> query(Class<T> type, String hql, @Nullable Object... positional) {
        return read(session -> select(session, type, hql, positional).getResultList());
    }

    @Override
    public <T> List<T> page(Class<T> type, String hql, int limit, @Nullable Object... positional) {
        return read(
                session ->
                        select(session, type, hql, positional)
                                .setMaxResults(limit)
                                .getResultList());
    }

    private static <T> Mutiny.SelectionQuery<T> select(
            Mutiny.StatelessSession session,
            Class<T> type,
            String hql,
            @Nullable Object[] positional) {
        Mutiny.SelectionQuery<T> query = session.createSelectionQuery(hql, type);
        for (int i = 0; i < positional.length; i++) {
            query.setParameter(i + 1, positional[i]);
        }
        return query;
    }

    @Override
    public int execute(String sql, @Nullable Object... positional) {
        return ask(true, update(sql, UnaryOperator.identity(), positional));
    }

    @Override
    public void executeLater(
            UnaryOperator<RuntimeException> failed, String sql, @Nullable Object... positional) {
        check();
        later.add(update(sql, failed, positional));
    }

    private static Question<Integer> update(
            String sql, UnaryOperator<RuntimeException> failed, @Nullable Object[] positional) {
        @Nullable Object[] bound = SqlValues.bind(positional);
        return Question.ofConnection(
                connection -> connection.update(SqlValues.numbered(sql), bound), failed);
    }

    @Override
    public List<@Nullable Object[]> rows(String sql, @Nullable Object... positional) {
        @Nullable Object[] bound = SqlValues.bind(positional);
        ReactiveConnection.Result result =
                ask(
                        !SqlValues.onlyReads(sql),
                        Question.ofConnection(
                                connection -> connection.select(SqlValues.numbered(sql), bound),
                                UnaryOperator.identity()));
        var rows = new ArrayList<@Nullable Object[]>(result.size());
        while (result.hasNext()) {
            rows.add(SqlValues.read(result.next()));
        }
        return rows;
    }

    private void change(Function<Mutiny.StatelessSession, Uni<Void>> action) {
        ask(true, Question.ofSession(action));
    }

    private <T> T read(Function<Mutiny.StatelessSession, Uni<T>> action) {
        return ask(false, Question.ofSession(action));
    }

    private <T> T ask(boolean changes, Question<T> question) {
        check();
        List<Question<?>> before = before(changes);
        if (!begun) {
            return conversation().read(question);
        }
        try {
            return conversation().ask(before, question);
        } catch (RuntimeException e) {
            lost = e;
            throw e;
        }
    }

    /** What must be said first, the transaction's beginning included. */
    private List<Question<?>> before(boolean changes) {
        if (later.isEmpty() && (begun || !changes)) {
            return List.of();
        }
        var before = new ArrayList<Question<?>>();
        if (!begun) {
            conversation();
            before.add(BEGIN);
            begun = true;
        }
        before.addAll(later);
        later.clear();
        return before;
    }

    private Conversation conversation() {
        if (conversation == null) {
            conversation = opening.get();
        }
        return conversation;
    }

    private static Question<Void> plain(String sql) {
        return Question.ofConnection(
                connection -> connection.executeUnprepared(sql), UnaryOperator.identity());
    }

    private void check() {
        if (!open) {
            throw new IllegalStateException("This transaction has ended; begin another one.");
        }
        if (lost != null) {
            throw lost;
        }
        if (Thread.currentThread() != owner) {
            throw new IllegalStateException(
                    "A transaction belongs to the thread that runs it; collect results and write them from there.");
        }
    }
}
