package stagecoach.tentacle.packages;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * Remembers for a while which servers could not be connected to, so that a silent one costs one
 * attempt and not one for each package. Such a server is asked last and not never: it comes back by
 * itself, and where there is no other it is asked at once.
 */
final class DownSources {
    /** More than any machine has sources. */
    private static final int REMEMBERED_MAX = 1000;

    private final long nanos;
    private final LongSupplier clock;
    private final Map<String, Long> downSince = new ConcurrentHashMap<>();

    DownSources(Duration remembered) {
        this(remembered, System::nanoTime);
    }

    DownSources(Duration remembered, LongSupplier nanoTime) {
        this.nanos = remembered.toNanos();
        this.clock = nanoTime;
    }

    /** Nobody answers there. */
    void silent(PackageEndpoint endpoint) {
        if (downSince.size() >= REMEMBERED_MAX) {
            downSince.values().removeIf(this::isPast);
        }
        if (downSince.size() < REMEMBERED_MAX) {
            downSince.put(endpoint.place(), clock.getAsLong());
        }
    }

    /** Somebody answered there. */
    void answered(PackageEndpoint endpoint) {
        downSince.remove(endpoint.place());
    }

    /** Whether it was found silent a short while ago. */
    boolean isDown(PackageEndpoint endpoint) {
        Long since = downSince.get(endpoint.place());
        return since != null && !isPast(since);
    }

    private boolean isPast(long since) {
        return clock.getAsLong() - since > nanos;
    }

    /** The same in the same order, but those that are down behind all others. */
    static <T> List<T> downLast(List<T> sources, Predicate<T> down) {
        List<T> ordered = new ArrayList<>(sources.stream().filter(down.negate()).toList());
        sources.stream().filter(down).forEach(ordered::add);
        return List.copyOf(ordered);
    }
}
