package stagecoach.packages.server.ingest;

import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.LongFunction;

/**
 * The threads that inspect packages: of the system, since it takes a processor's whole time, and
 * bounded, whatever is pushed, since each holds its archive's list of entries in memory. Those of
 * small, of middling and of large packages are different ones: however many gigabytes are being
 * inspected, a smaller package waits behind none of them.
 */
public final class Inspections implements LongFunction<Executor>, AutoCloseable {
    /** What is larger takes seconds and more. */
    private static final long SMALL_MAX = 64L << 20;

    /** What is larger than so many small ones takes a minute and more. */
    private static final int MIDDLING_MAX = 16;

    private final long smallMax;
    private final ExecutorService small;
    private final ExecutorService middling;
    private final ExecutorService large;

    /** As many for each as there are processors, and at least two. */
    public Inspections() {
        this(SMALL_MAX, Math.max(2, Runtime.getRuntime().availableProcessors()));
    }

    /**
     * @param smallMax bytes of the largest package that is small
     * @param each so many threads
     */
    Inspections(long smallMax, int each) {
        this.smallMax = smallMax;
        this.small = threads("small", each);
        this.middling = threads("middling", each);
        this.large = threads("large", each);
    }

    private static ExecutorService threads(String name, int count) {
        return Executors.newFixedThreadPool(
                count, Thread.ofPlatform().name("inspect-" + name + "-", 0).daemon().factory());
    }

    /** Who inspects a package of so many bytes. */
    @Override
    public Executor apply(long bytes) {
        if (bytes <= smallMax) {
            return small;
        }
        return bytes <= MIDDLING_MAX * smallMax ? middling : large;
    }

    @Override
    public void close() {
        small.shutdownNow();
        middling.shutdownNow();
        large.shutdownNow();
    }
}
