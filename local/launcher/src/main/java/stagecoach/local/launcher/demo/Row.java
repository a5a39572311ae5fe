package stagecoach.local.launcher.demo;

import java.time.Duration;
import java.util.Map;

/**
 * A release's line in the final table.
 *
 * @param bytesToRegion package bytes from hq to each region, by the relays
 * @param pushToAllBytes what it would take to send every package to every machine
 */
record Row(
        String release,
        String note,
        Duration preAcquisition,
        Duration acquisition,
        Duration deployment,
        Map<String, Long> bytesToRegion,
        long pushToAllBytes) {
    Row {
        bytesToRegion = Map.copyOf(bytesToRegion);
    }

    long bytesMoved() {
        return bytesToRegion.values().stream().mapToLong(Long::longValue).sum();
    }
}
