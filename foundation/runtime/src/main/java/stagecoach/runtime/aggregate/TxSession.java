package stagecoach.runtime.aggregate;

import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.hibernate.reactive.mutiny.Mutiny;
import org.hibernate.reactive.mutiny.impl.MutinyStatelessSessionImpl;
import org.hibernate.reactive.pool.ReactiveConnection;
import org.jspecify.annotations.Nullable;
import stagecoach.decider.StreamId;
import stagecoach.runtime.store.SqlFailures;
import stagecoach.runtime.store.StateCache;

/**
 * A stateless session on an event loop, with the blocking face that a virtual thread needs: each
 * call hops to the session's own context and waits for the result. One call at a time, by one
 * thread.
 */
final class TxSession implements Tx {
    private final Context context;
    private final Thread owner = Thread.currentThread();
    private final Mutiny.StatelessSession session;
    private final ReactiveConnection connection;
    private final List<Runnable> afterCommit = new ArrayList<>();
    private final Map<StreamId, StateCache.Entry> states = new HashMap<>();
    private final List<Runnable> releases = new ArrayList<>();
    private boolean open = true;

    private TxSession(Context context, Mutiny.StatelessSession session) {
        this.context = context;
        this.session = session;
        this.connection = ((MutinyStatelessSessionImpl) session).getReactiveConnection();
    }

    /** Opens a session on {@code context} and begins the transaction. */
    static TxSession begin(Context context, Mutiny.SessionFactory factory) {
        Mutiny.StatelessSession session =
                await(context, () -> factory.openStatelessSession().subscribeAsCompletionStage());
        var tx = new TxSession(context, session);
        try {
            await(context, tx.connection::beginTransaction);
        } catch (RuntimeException e) {
            tx.close(e);
            throw e;
        }
        return tx;
    }

    /** Commits and closes; if that fails, the transaction may or may not have taken place. */
    void commit() {
        check();
        try {
            await(context, connection::commitTransaction);
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
            await(context, connection::rollbackTransaction);
        } catch (RuntimeException e) {
            reason.addSuppressed(e);
        }
        close(reason);
    }

    private void close(@Nullable Throwable reason) {
        open = false;
        try {
            await(context, () -> session.close().subscribeAsCompletionStage());
        } catch (RuntimeException e) {
            // After a commit nothing is lost: the pool throws the broken connection away.
            if (reason != null) {
                reason.addSuppressed(e);
            }
        }
    }

    List<Runnable> afterCommit() {
        return afterCommit;
    }

    /** The states of streams as this transaction left them. */
    Map<StreamId, StateCache.Entry> states() {
        return states;
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
        return await(context, () -> connection.update(SqlValues.numbered(sql), bound));
    }

    @Override
    public List<@Nullable Object[]> rows(String sql, @Nullable Object... positional) {
        check();
        @Nullable Object[] bound = SqlValues.bind(positional);
        ReactiveConnection.Result result =
                await(context, () -> connection.select(SqlValues.numbered(sql), bound));
        var rows = new ArrayList<@Nullable Object[]>(result.size());
        while (result.hasNext()) {
            rows.add(SqlValues.read(result.next()));
        }
        return rows;
    }

    private void run(Supplier<Uni<Void>> action) {
        check();
        await(context, () -> action.get().subscribeAsCompletionStage());
    }

    private <T> T call(Supplier<Uni<T>> action) {
        check();
        return await(context, () -> action.get().subscribeAsCompletionStage());
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

    // The result may be null (find, Void): the caller knows.
    @SuppressWarnings("NullAway")
    private static <T> T await(Context context, Supplier<? extends CompletionStage<T>> action) {
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
        try {
            return done.join();
        } catch (CompletionException e) {
            throw SqlFailures.translate(e.getCause() == null ? e : e.getCause());
        }
    }
}
