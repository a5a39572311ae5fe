package stagecoach.tentacle.packages;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Closes a stream that has been silent for too long, so that its reader gets an error. */
final class StallWatch implements AutoCloseable {
    private final Closeable watched;
    private final long silenceMaxNanos;
    private volatile long heardNanos = System.nanoTime();
    private volatile boolean done;
    private volatile boolean stalled;
    private final Thread thread;

    StallWatch(Closeable watched, Duration silenceMax) {
        this.watched = watched;
        this.silenceMaxNanos = silenceMax.toNanos();
        this.thread = Thread.ofVirtual().name("stall-watch").start(this::watch);
    }

    private void watch() {
        while (!done) {
            long left = silenceMaxNanos - (System.nanoTime() - heardNanos);
            if (left <= 0) {
                stalled = true;
                try {
                    watched.close();
                } catch (IOException e) {
                    throw new UncheckedIOException("a silent connection cannot be closed", e);
                }
                return;
            }
            LockSupport.parkNanos(left);
        }
    }

    /** Something came. */
    void heard() {
        heardNanos = System.nanoTime();
    }

    /** Whether it was closed for its silence. */
    boolean stalled() {
        return stalled;
    }

    @Override
    public void close() {
        done = true;
        LockSupport.unpark(thread);
    }
}
