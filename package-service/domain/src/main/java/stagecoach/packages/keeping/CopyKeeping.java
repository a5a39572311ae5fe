package stagecoach.packages.keeping;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import stagecoach.contracts.configuration.ConfigurationDocument.CachesKept;
import stagecoach.contracts.packages.PackageEvent.Why;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackagePin;

/**
 * Chooses what a cache may drop. Never chosen: what a deployment that has not ended needs, what was
 * used within the last hour, and by settings what a kept release has pinned, unless they say so.
 * Where a deployment needs room now, it comes before releases: what these have pinned the server
 * keeps, and it can be pulled again.
 */
public final class CopyKeeping {
    private CopyKeeping() {}

    /**
     * A copy that may go.
     *
     * @param evenReleased whether it may go although a kept release has pinned it
     * @param reason in words
     */
    public record Dropping(Copy copy, Why why, boolean evenReleased, String reason) {}

    /**
     * What goes so that something else fits; nothing if that would not be enough. What kept
     * releases have pinned goes last.
     *
     * @param missing so many bytes are to become free
     */
    public static List<Dropping> forRoom(Collection<Copy> copies, long missing, Instant now) {
        var going = new LinkedHashMap<PackagePin, Dropping>();
        List<Copy> oldestFirst =
                removable(copies, now).stream()
                        .sorted(
                                Comparator.comparing(Copy::stored)
                                        .thenComparing(Copy::released)
                                        .thenComparing(Copy::usedAt))
                        .toList();
        long free = takeUntil(going, oldestFirst, missing, true);
        return free >= missing ? new ArrayList<>(going.values()) : List.of();
    }

    private static List<Copy> removable(Collection<Copy> copies, Instant now) {
        return copies.stream()
                .filter(copy -> !copy.needed() && copy.usedAt().isBefore(now.minus(Keeping.GRACE)))
                .sorted(Comparator.comparing(Copy::usedAt))
                .toList();
    }

    /**
     * What goes by the settings.
     *
     * @param missing so many bytes are to become free besides
     */
    public static List<Dropping> going(
            Collection<Copy> copies, CachesKept kept, long missing, Instant now) {
        var going = new LinkedHashMap<PackagePin, Dropping>();
        boolean evenReleased = !kept.keepsReleased();
        List<Copy> oldestFirst =
                removable(copies, now).stream()
                        .filter(copy -> evenReleased || !copy.released())
                        .toList();
        Set<PackagePin> newest = newest(copies, kept);
        for (Copy copy : oldestFirst) {
            if (!copy.stored()) {
                going.put(
                        copy.pin(),
                        new Dropping(
                                copy,
                                Why.GONE,
                                evenReleased,
                                "the server does not keep it any more"));
            } else if (isOld(copy, kept, now) && !newest.contains(copy.pin())) {
                going.put(
                        copy.pin(), new Dropping(copy, Why.RETENTION, evenReleased, reason(kept)));
            }
        }
        takeUntil(going, oldestFirst, missing, evenReleased);
        return new ArrayList<>(going.values());
    }

    private static boolean isOld(Copy copy, CachesKept kept, Instant now) {
        return kept.days()
                .map(days -> copy.usedAt().isBefore(now.minus(Duration.ofDays(days))))
                .orElse(kept.versions().isPresent());
    }

    /** Of each package the newest versions that the settings keep, whatever else holds them. */
    private static Set<PackagePin> newest(Collection<Copy> copies, CachesKept kept) {
        int versions = kept.versions().orElse(0);
        Map<PackageId, Integer> seen = new HashMap<>();
        Set<PackagePin> newest = new HashSet<>();
        copies.stream()
                .map(Copy::pin)
                .sorted(Comparator.comparing(PackagePin::version, Comparator.reverseOrder()))
                .forEach(
                        pin -> {
                            if (seen.merge(pin.id(), 1, Integer::sum) <= versions) {
                                newest.add(pin);
                            }
                        });
        return newest;
    }

    private static String reason(CachesKept kept) {
        Optional<String> versions =
                kept.versions().map("it was not among the newest %d versions there"::formatted);
        Optional<String> days = kept.days().map("nobody used it there for %d days"::formatted);
        return versions.flatMap(v -> days.map(d -> v + ", and " + d))
                .or(() -> versions)
                .or(() -> days)
                .orElseThrow();
    }

    /** How many bytes become free by all that goes. */
    private static long takeUntil(
            Map<PackagePin, Dropping> going,
            List<Copy> inOrder,
            long missing,
            boolean evenReleased) {
        long free = going.keySet().stream().mapToLong(PackagePin::size).sum();
        for (Copy copy : inOrder) {
            if (free >= missing) {
                break;
            }
            if (!going.containsKey(copy.pin())) {
                going.put(copy.pin(), forRoom(copy, evenReleased));
                free += copy.pin().size();
            }
        }
        return free;
    }

    private static Dropping forRoom(Copy copy, boolean evenReleased) {
        return copy.stored()
                ? new Dropping(
                        copy,
                        Why.DISK,
                        evenReleased,
                        "its disk had too little room and nobody used it there since %s"
                                .formatted(copy.usedAt()))
                : new Dropping(
                        copy, Why.GONE, evenReleased, "the server does not keep it any more");
    }
}
