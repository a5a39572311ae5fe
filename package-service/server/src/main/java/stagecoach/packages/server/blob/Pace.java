package stagecoach.packages.server.blob;

import java.util.concurrent.TimeUnit;

/** How fast something may be read that nobody waits for; for one thread at a time. */
public final class Pace {
    private static final long NANOS = TimeUnit.SECONDS.toNanos(1);

    private final long bytesPerSecond;
    private long bytes;
    private long since = System.nanoTime();

    /**
     * @param bytesPerSecond 0 for as fast as it goes
     */
    public Pace(long bytesPerSecond) {
        this.bytesPerSecond = bytesPerSecond;
    }

    /** Waits until so many more bytes are not too many. */
    public void took(int count) throws InterruptedException {
        if (bytesPerSecond == 0) {
            return;
        }
        bytes += count;
        long due = since + (long) ((double) bytes / bytesPerSecond * NANOS);
        long ahead = due - System.nanoTime();
        if (ahead > 0) {
            TimeUnit.NANOSECONDS.sleep(ahead);
        } else if (ahead < -NANOS) {
            // What was not read in a pause is not made up for.
            bytes = 0;
            since = System.nanoTime();
        }
    }
}
