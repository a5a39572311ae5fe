package stagecoach.runtime.aggregate;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.function.Function;

/** One transaction for blocking code on a virtual thread. */
@ApplicationScoped
public class UnitOfWork {
    /**
     * Runs {@code work} in one transaction and commits when it returns. An exception rolls back and
     * is thrown on. If another transaction appended to the same stream meanwhile, or the database
     * broke a deadlock, all is rolled back and {@code work} runs again (a few times): apart from
     * the {@link Tx} and {@link #afterCommit} it must have no effects.
     *
     * @throws IllegalStateException on an event loop, or inside another transaction of this thread
     * @throws stagecoach.runtime.store.TemporaryFailure if the database does not answer; it is then
     *     unknown whether a commit that was under way took place
     */
    public <T> T run(Function<Tx, T> work) {
        throw new UnsupportedOperationException("not built yet");
    }

    /** Runs {@code action} once {@code tx} has been committed, and never if it is rolled back. */
    public void afterCommit(Tx tx, Runnable action) {
        throw new UnsupportedOperationException("not built yet");
    }
}
