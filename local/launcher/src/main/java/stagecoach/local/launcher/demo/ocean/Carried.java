package stagecoach.local.launcher.demo.ocean;

import java.util.HashMap;
import java.util.Map;
import stagecoach.local.launcher.demo.ocean.WanRelay.Purpose;

/** Bytes that the ocean has carried from hq, by region and purpose, at one moment. */
public record Carried(Map<Way, Long> bytes) {
    /** A region and what the bytes were for. */
    public record Way(String region, Purpose purpose) {}

    /** Copies what it is given. */
    public Carried {
        bytes = Map.copyOf(bytes);
    }

    public static Carried by(Ocean ocean) {
        var bytes = new HashMap<Way, Long>();
        ocean.relays()
                .forEach(
                        r ->
                                bytes.merge(
                                        new Way(r.region(), r.purpose()),
                                        r.bytesToRegion(),
                                        Long::sum));
        return new Carried(bytes);
    }

    /** What was carried since {@code earlier}. */
    public Carried since(Carried earlier) {
        var difference = new HashMap<Way, Long>();
        bytes.forEach(
                (way, now) -> difference.put(way, now - earlier.bytes().getOrDefault(way, 0L)));
        return new Carried(difference);
    }

    /** Bytes of one purpose, to all regions. */
    public long of(Purpose purpose) {
        return bytes.entrySet().stream()
                .filter(e -> e.getKey().purpose() == purpose)
                .mapToLong(Map.Entry::getValue)
                .sum();
    }

    /** Bytes of packages (not control), by region. */
    public Map<String, Long> packagesByRegion() {
        var byRegion = new HashMap<String, Long>();
        bytes.forEach(
                (way, count) -> {
                    if (way.purpose() != Purpose.CONTROL) {
                        byRegion.merge(way.region(), count, Long::sum);
                    }
                });
        return byRegion;
    }
}
