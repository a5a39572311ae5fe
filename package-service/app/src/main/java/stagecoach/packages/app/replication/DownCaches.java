package stagecoach.packages.app.replication;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * Remembers for a while which caches did not answer at all, so that one that is away costs one
 * short attempt and not one for each package. It comes back by itself: when it answers, or is put
 * elsewhere, or the while is over.
 */
@Singleton
final class DownCaches {
    private final long nanos;
    private final LongSupplier clock;
    private final Map<String, Long> downSince = new ConcurrentHashMap<>();

    @Inject
    DownCaches(ReplicationConfig config) {
        this(config.downFor(), System::nanoTime);
    }

    DownCaches(Duration remembered, LongSupplier nanoTime) {
        this.nanos = remembered.toNanos();
        this.clock = nanoTime;
    }

    /** Nobody could be reached at this URL. */
    void away(String url) {
        downSince.values().removeIf(this::isPast);
        downSince.put(url, clock.getAsLong());
    }

    /** Somebody answered there. */
    void answered(String url) {
        downSince.remove(url);
    }

    /** Whether nobody could be reached there a short while ago. */
    boolean isDown(String url) {
        Long since = downSince.get(url);
        return since != null && !isPast(since);
    }

    private boolean isPast(long since) {
        return clock.getAsLong() - since > nanos;
    }
}
