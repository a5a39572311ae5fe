package stagecoach.runtime.aggregate;

import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.hibernate.reactive.mutiny.Mutiny;
import org.hibernate.reactive.mutiny.impl.MutinyStatelessSessionImpl;
import org.hibernate.reactive.pool.ReactiveConnection;
import org.jspecify.annotations.Nullable;
import stagecoach.decider.StreamId;
import stagecoach.runtime.store.Append;
import stagecoach.runtime.store.EventStore;
import stagecoach.runtime.store.SqlFailures;
import stagecoach.runtime.store.StateCache;

/**
 * A stateless session on an event loop, with the blocking face that a virtual thread needs: each
 * call hops to the session's own context and waits for the result. One call at a time, by one
 * thread.
 */
final class TxSession implements Tx {
    /**
     * A database that hangs without a word keeps its connections open for ever: whoever asks must
     * hear of it. To begin costs nothing but a free connection.
     */
    private static final Duration BEGIN_MAX = Duration.ofSeconds(10);

    /** The longest that a statement may take, and the locks that it waits for. */
    private static final Duration ANSWER_MAX = Duration.ofSeconds(30);

    private final EventStore store;
    private final Context context;
    private final Thread owner = Thread.currentThread();
    private final Mutiny.StatelessSession session;
    private final ReactiveConnection connection;
    private final List<Append> appends = new ArrayList<>();
    private final List<Runnable> afterCommit = new ArrayList<>();
    private final Map<StreamId, StateCache.Entry> states = new HashMap<>();
    private final List<Runnable> releases = new ArrayList<>();
    private boolean open = true;

    /** What the database was asked and has not answered in time; its late answer tidies up. */
    private @Nullable CompletableFuture<?> unanswered;

    private TxSession(Context context, Mutiny.StatelessSession session, EventStore store) {
        this.store = store;
        this.context = context;
        this.session = session;
        this.connection = ((MutinyStatelessSessionImpl) session).getReactiveConnection();
    }

    /** Opens a session on {@code context} and begins the transaction. */
    static TxSession begin(Context context, Mutiny.SessionFactory factory, EventStore store) {
        CompletableFuture<Mutiny.StatelessSession> opening =
                begun(context, () -> factory.openStatelessSession().subscribeAsCompletionStage());
        Mutiny.StatelessSession session;
        try {
            session = answer(opening, BEGIN_MAX);
        } catch (RuntimeException e) {
            var _ = opening.thenAccept(late -> unattended(context, () -> closing(late)));
            throw e;
        }
        var tx = new TxSession(context, session, store);
        try {
            tx.await(tx.connection::beginTransaction, BEGIN_MAX);
        } catch (RuntimeException e) {
            tx.close(e);
            throw e;
        }
        return tx;
    }

    /**
     * Appends what waits for it, commits and closes; if the commit fails, the transaction may or
     * may not have taken place.
     */
    void commit() {
        check();
        appendNow();
        try {
            await(connection::commitTransaction, ANSWER_MAX);
        } catch (RuntimeException e) {
            close(e);
            throw e;
        }
        close(null);
    }

    /** Rolls back and closes because of {@code reason}, which keeps what goes wrong on the way. */
    void rollback(Throwable reason) {
        if (!open) {
            return;
        }
        try {
            if (unanswered == null) {
                await(connection::rollbackTransaction, ANSWER_MAX);
            }
        } catch (RuntimeException e) {
            reason.addSuppressed(e);
        }
        close(reason);
    }

    private void close(@Nullable Throwable reason) {
        open = false;
        if (unanswered != null) {
            tidyUpAfter(unanswered);
            return;
        }
        try {
            await(() -> closing(session), ANSWER_MAX);
        } catch (RuntimeException e) {
            // After a commit nothing is lost: the pool throws the broken connection away.
            if (reason != null) {
                reason.addSuppressed(e);
            }
        }
    }

    /**
     * Gives the connection back when the database has found its voice again. What was asked may
     * take place even then, a commit included; a rollback behind a commit changes nothing.
     */
    private void tidyUpAfter(CompletableFuture<?> late) {
        var _ = late.whenComplete((any, failure) -> unattended(context, this::rollbackAndClose));
    }

    private CompletionStage<Void> rollbackAndClose() {
        return connection
                .rollbackTransaction()
                .handle((done, broken) -> context)
                .thenCompose(any -> closing(session));
    }

    /** Nobody waits for it: what fails now fails with its connection, and the pool drops that. */
    private static void unattended(Context context, Supplier<CompletionStage<Void>> action) {
        var _ = begun(context, action);
    }

    private static CompletionStage<Void> closing(Mutiny.StatelessSession session) {
        return session.close().subscribeAsCompletionStage();
    }

    /** Has it appended before the transaction ends. */
    void appendLater(Append append) {
        appends.add(append);
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
        run(() -> session.insert(entity));
    }

    @Override
    public void insertAll(List<?> entities) {
        if (!entities.isEmpty()) {
            run(() -> session.insertMultiple(entities));
        }
    }

    @Override
    public void update(Object entity) {
        run(() -> session.update(entity));
    }

    @Override
    public void upsert(Object entity) {
        run(() -> session.upsert(entity));
    }

    @Override
    public void delete(Object entity) {
        run(() -> session.delete(entity));
    }

    @Override
    public <T> Optional<T> find(Class<T> type, Object id) {
        return Optional.ofNullable(call(() -> session.get(type, id)));
    }

    @Override
    public <T> List<T> query(Class<T> type, String hql, @Nullable Object... positional) {
        return call(() -> select(type, hql, positional).getResultList());
    }

    @Override
    public <T> List<T> page(Class<T> type, String hql, int limit, @Nullable Object... positional) {
        return call(() -> select(type, hql, positional).setMaxResults(limit).getResultList());
    }

    private <T> Mutiny.SelectionQuery<T> select(
            Class<T> type, String hql, @Nullable Object[] positional) {
        Mutiny.SelectionQuery<T> query = session.createSelectionQuery(hql, type);
        for (int i = 0; i < positional.length; i++) {
            query.setParameter(i + 1, positional[i]);
        }
        return query;
    }

    @Override
    public int execute(String sql, @Nullable Object... positional) {
        check();
        @Nullable Object[] bound = SqlValues.bind(positional);
        return await(() -> connection.update(SqlValues.numbered(sql), bound), ANSWER_MAX);
    }

    @Override
    public List<@Nullable Object[]> rows(String sql, @Nullable Object... positional) {
        check();
        @Nullable Object[] bound = SqlValues.bind(positional);
        ReactiveConnection.Result result =
                await(() -> connection.select(SqlValues.numbered(sql), bound), ANSWER_MAX);
        var rows = new ArrayList<@Nullable Object[]>(result.size());
        while (result.hasNext()) {
            rows.add(SqlValues.read(result.next()));
        }
        return rows;
    }

    private void run(Supplier<Uni<Void>> action) {
        check();
        await(() -> action.get().subscribeAsCompletionStage(), ANSWER_MAX);
    }

    private <T> T call(Supplier<Uni<T>> action) {
        check();
        return await(() -> action.get().subscribeAsCompletionStage(), ANSWER_MAX);
    }

    private void check() {
        if (!open) {
            throw new IllegalStateException("This transaction has ended; begin another one.");
        }
        if (Thread.currentThread() != owner) {
            throw new IllegalStateException(
                    "A transaction belongs to the thread that runs it; collect results and write them from there.");
        }
    }

    /** The answer; one that does not come in time makes this transaction good for nothing more. */
    private <T> T await(Supplier<? extends CompletionStage<T>> action, Duration max) {
        CompletableFuture<T> asked = begun(context, action);
        try {
            return answer(asked, max);
        } catch (RuntimeException e) {
            if (!asked.isDone()) {
                unanswered = asked;
            }
            throw e;
        }
    }

    private static <T> CompletableFuture<T> begun(
            Context context, Supplier<? extends CompletionStage<T>> action) {
        var done = new CompletableFuture<T>();
        context.runOnContext(
                v -> {
                    try {
                        action.get()
                                .whenComplete(
                                        (result, failure) -> {
                                            if (failure == null) {
                                                done.complete(result);
                                            } else {
                                                done.completeExceptionally(failure);
                                            }
                                        });
                    } catch (RuntimeException e) {
                        done.completeExceptionally(e);
                    }
                });
        return done;
    }

    // The result may be null (find, Void): the caller knows.
    @SuppressWarnings("NullAway")
    private static <T> T answer(CompletableFuture<T> asked, Duration max) {
        try {
            return asked.copy().orTimeout(max.toMillis(), TimeUnit.MILLISECONDS).join();
        } catch (CompletionException e) {
            throw SqlFailures.translate(e.getCause() == null ? e : e.getCause());
        }
    }
}
