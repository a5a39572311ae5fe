package stagecoach.runtime.aggregate;

import io.quarkus.logging.Log;
import io.quarkus.vertx.core.runtime.context.VertxContextSafetyToggle;
import io.smallrye.common.vertx.VertxContext;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Function;
import org.hibernate.reactive.mutiny.Mutiny;
import org.jspecify.annotations.Nullable;
import stagecoach.runtime.store.ConcurrentAppend;
import stagecoach.runtime.store.EventStore;
import stagecoach.runtime.store.LostTransaction;
import stagecoach.runtime.store.StateCache;
import stagecoach.runtime.store.TemporaryFailure;

/** One transaction for blocking code on a virtual thread. */
@ApplicationScoped
public class UnitOfWork {
    private static final int ATTEMPTS_MAX = 10;

    private static final ThreadLocal<Boolean> INSIDE = ThreadLocal.withInitial(() -> false);

    private final Vertx vertx;
    private final Mutiny.SessionFactory factory;
    private final StateCache cache;
    private final EventStore store;
    private final Deadlines deadlines = new Deadlines();
    private final long looking;

    UnitOfWork(Vertx vertx, Mutiny.SessionFactory factory, StateCache cache, EventStore store) {
        this.store = store;
        this.vertx = vertx;
        this.factory = factory;
        this.cache = cache;
        this.looking = vertx.setPeriodic(Deadlines.LOOK_MILLIS, timer -> deadlines.look());
    }

    @PreDestroy
    void stop() {
        vertx.cancelTimer(looking);
    }

    /**
     * Runs {@code work} in one transaction and commits when it returns; what only reads is read as
     * it is at each statement. An exception rolls back and is thrown on. If another transaction
     * appended to the same stream meanwhile, or the database broke a deadlock, all is rolled back
     * and {@code work} runs again (a few times): apart from the {@link Tx} and {@link #afterCommit}
     * it must have no effects.
     *
     * @throws IllegalStateException on an event loop, or inside another transaction of this thread
     * @throws TemporaryFailure if the database does not answer; it is then unknown whether a commit
     *     that was under way took place
     */
    public <T extends @Nullable Object> T run(Function<Tx, T> work) {
        return run(work, ATTEMPTS_MAX);
    }

    private <T extends @Nullable Object> T run(Function<Tx, T> work, int attemptsMax) {
        if (Context.isOnEventLoopThread()) {
            throw new IllegalStateException(
                    "A transaction blocks its thread and must not run on an event loop; use a virtual thread.");
        }
        if (INSIDE.get()) {
            throw new IllegalStateException(
                    "This thread has a transaction already; hand its Tx on instead of beginning another one.");
        }
        var afterCommit = new ArrayList<Runnable>();
        T result = repeated(work, afterCommit, attemptsMax);
        afterCommit.forEach(UnitOfWork::runCommitted);
        return result;
    }

    /** The same for work without a result. */
    public void execute(Consumer<Tx> work) {
        run(withoutResult(work), ATTEMPTS_MAX);
    }

    /** The same without a second attempt, for whoever has another way. */
    public void executeOnce(Consumer<Tx> work) {
        run(withoutResult(work), 1);
    }

    private static Function<Tx, Boolean> withoutResult(Consumer<Tx> work) {
        return tx -> {
            work.accept(tx);
            return Boolean.TRUE;
        };
    }

    private <T extends @Nullable Object> T repeated(
            Function<Tx, T> work, List<Runnable> afterCommit, int attemptsMax) {
        for (int attempt = 1; ; attempt++) {
            INSIDE.set(true);
            try {
                return once(work, afterCommit);
            } catch (ConcurrentAppend e) {
                e.streams().forEach(cache::suspect);
                pauseOrGiveUp(attempt, attemptsMax, e);
            } catch (LostTransaction e) {
                pauseOrGiveUp(attempt, attemptsMax, e);
            } finally {
                INSIDE.remove();
            }
        }
    }

    private static void pauseOrGiveUp(int attempt, int attemptsMax, TemporaryFailure failure) {
        if (attempt == attemptsMax) {
            throw failure;
        }
        // The first repeat is at once: the other one has just committed.
        LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(1 + (attempt - 1) * 5_000_000L));
    }

    private <T extends @Nullable Object> T once(Function<Tx, T> work, List<Runnable> afterCommit) {
        var tx = new TxSession(() -> Conversation.open(freshContext(), factory, deadlines), store);
        try {
            T result = committed(tx, work);
            tx.states().forEach((s, entry) -> cache.put(s, entry.version(), entry.state()));
            afterCommit.addAll(tx.afterCommit());
            return result;
        } finally {
            tx.ended();
        }
    }

    private static <T extends @Nullable Object> T committed(TxSession tx, Function<Tx, T> work) {
        try {
            T result = work.apply(tx);
            tx.commit();
            return result;
        } catch (Throwable e) {
            tx.rollback(e);
            throw e;
        }
    }

    private static void runCommitted(Runnable action) {
        try {
            action.run();
        } catch (RuntimeException e) {
            Log.error("An action after a commit failed; the commit stands.", e);
        }
    }

    /** Runs {@code action} once {@code tx} has been committed, and never if it is rolled back. */
    public void afterCommit(Tx tx, Runnable action) {
        ((TxSession) tx).afterCommit().add(action);
    }

    private Context freshContext() {
        @Nullable Context current = Vertx.currentContext();
        Context root =
                current == null ? vertx.getOrCreateContext() : VertxContext.getRootContext(current);
        Context fresh = Objects.requireNonNull(VertxContext.createNewDuplicatedContext(root));
        VertxContextSafetyToggle.setContextSafe(fresh, true);
        return fresh;
    }
}
