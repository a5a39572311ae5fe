package stagecoach.local.launcher.demo.claim;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What was seen from outside: counters of relays, changes of the tunnel, traces on machines.
 *
 * @param regions how many regions the nearest-cache package crossed to
 * @param packageBytes the size of that package's file
 * @param cacheBytesToRegions what the caches' relays carried to the regions during the first
 *     release
 * @param tunnelOpenedAt when the first release's script opened the tunnel
 * @param firstPackageByteAt when the first byte of any package left hq during the first release
 * @param expectedTraces what each script must have left, computed from the process: line to count
 * @param traces what they left
 * @param keptByRetry the pairs that had succeeded before the retry, as their first attempt's lines
 */
public record Evidence(
        int regions,
        long packageBytes,
        long cacheBytesToRegions,
        Optional<Instant> tunnelOpenedAt,
        Optional<Instant> firstPackageByteAt,
        Map<Trace.Line, Integer> expectedTraces,
        Trace traces,
        List<Trace.Line> keptByRetry) {
    /** Copies what it is given. */
    public Evidence {
        expectedTraces = Map.copyOf(expectedTraces);
        keptByRetry = List.copyOf(keptByRetry);
    }
}
