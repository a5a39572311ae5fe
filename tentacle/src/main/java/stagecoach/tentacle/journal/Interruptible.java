package stagecoach.tentacle.journal;

import java.io.IOException;

/**
 * Work that ends early when its thread is interrupted.
 *
 * @param <T> what it comes to
 * @param <E> what else it may fail with
 */
@FunctionalInterface
public interface Interruptible<T, E extends Exception> {
    /** Does it. */
    T run() throws E, IOException, InterruptedException;
}
