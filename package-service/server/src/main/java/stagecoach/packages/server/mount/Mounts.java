package stagecoach.packages.server.mount;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Work in folders that are mounted from elsewhere. A file system that does not answer keeps the
 * thread that asks it, whatever is done to that thread; so each piece of work has a thread of its
 * own, and a mount that keeps one gets no more until it has let it go.
 */
public final class Mounts implements AutoCloseable {
    /** Whoever is called off leaves by then, unless he is kept. */
    private static final Duration LEAVES_WITHIN = Duration.ofSeconds(1);

    private final ExecutorService threads =
            Executors.newCachedThreadPool(Thread.ofPlatform().name("mount-", 0).daemon().factory());
    private final Set<Stay<?>> kept = new HashSet<>();

    @Override
    public void close() {
        threads.shutdownNow();
    }

    /**
     * Begins work in the folder that is mounted at {@code root}.
     *
     * @throws Silent if the mount still keeps somebody who was called off
     */
    public <T> Stay<T> begin(Path root, Callable<T> work) throws Silent {
        if (keepsSomebody(root)) {
            throw new Silent(root, null);
        }
        return new Stay<>(root, work);
    }

    /**
     * What comes of work in the folder that is mounted at {@code root}, if it comes in time.
     *
     * @throws Silent if it does not
     * @throws ExecutionException if the work failed
     */
    public <T> T within(Path root, Duration most, Callable<T> work)
            throws Silent, ExecutionException, InterruptedException {
        try (Stay<T> stay = begin(root, work)) {
            return stay.result().get(most.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new Silent(root, e);
        }
    }

    /** Work that says whenever the mount has answered it. */
    @FunctionalInterface
    public interface Heard<T> {
        /** Does it. */
        T done(Runnable heard) throws Exception;
    }

    /**
     * What comes of long work in the folder that is mounted at {@code root}, as long as the mount
     * goes on answering.
     *
     * @param silenceMax between two answers
     * @throws Silent if it does not
     * @throws ExecutionException if the work failed
     */
    public <T> T whileHeard(Path root, Duration silenceMax, Heard<T> work)
            throws Silent, ExecutionException, InterruptedException {
        var heardAt = new AtomicLong(System.nanoTime());
        try (Stay<T> stay = begin(root, () -> work.done(() -> heardAt.set(System.nanoTime())))) {
            while (true) {
                long left = heardAt.get() + silenceMax.toNanos() - System.nanoTime();
                try {
                    return stay.result().get(Math.max(0, left), TimeUnit.NANOSECONDS);
                } catch (TimeoutException e) {
                    if (System.nanoTime() - heardAt.get() >= silenceMax.toNanos()) {
                        throw new Silent(root, e);
                    }
                }
            }
        }
    }

    /** A mount does not answer; the message says so. */
    public static final class Silent extends Exception {
        private static final long serialVersionUID = 1L;

        /** The one at {@code root}. */
        public Silent(Path root, @Nullable Throwable cause) {
            super("does not answer at %s; is its file system there?".formatted(root), cause);
        }
    }

    private synchronized boolean keepsSomebody(Path root) {
        return kept.stream().anyMatch(stay -> stay.root.equals(root));
    }

    private synchronized void left(Stay<?> stay) {
        stay.left.countDown();
        kept.remove(stay);
    }

    private synchronized void keptUnlessLeft(Stay<?> stay) {
        if (stay.left.getCount() > 0) {
            kept.add(stay);
        }
    }

    /** Work that is under way until it ends; closing it calls it off. */
    public final class Stay<T> implements AutoCloseable {
        private final Path root;
        private final FutureTask<T> task;
        private final CountDownLatch left = new CountDownLatch(1);

        private Stay(Path root, Callable<T> work) {
            this.root = root;
            this.task = new FutureTask<>(work);
            threads.execute(
                    () -> {
                        try {
                            task.run();
                        } finally {
                            left(this);
                        }
                    });
        }

        /** What comes of it. */
        public Future<T> result() {
            return task;
        }

        @Override
        public void close() {
            task.cancel(true);
            try {
                var _ = left.await(LEAVES_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                keptUnlessLeft(this);
            }
        }
    }
}
