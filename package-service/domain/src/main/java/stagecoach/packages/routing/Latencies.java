package stagecoach.packages.routing;

import java.util.Map;
import java.util.Optional;
import stagecoach.vocabulary.identity.CacheId;
import stagecoach.vocabulary.identity.RegionId;

/**
 * How far caches are from the machines of regions, as these have measured.
 *
 * @param millis the median of a region's machines
 */
public record Latencies(Map<Way, Integer> millis) {
    /** Nobody has measured anything. */
    public static final Latencies NONE = new Latencies(Map.of());

    /** Copies the map. */
    public Latencies {
        millis = Map.copyOf(millis);
    }

    /** From a region's machines to a cache. */
    public record Way(RegionId from, CacheId to) {}

    /** What is known comes first, the nearest before all others. */
    int of(Optional<RegionId> from, CacheId to) {
        return from.map(region -> millis.getOrDefault(new Way(region, to), Integer.MAX_VALUE))
                .orElse(Integer.MAX_VALUE);
    }
}
