package stagecoach.packages.keeping;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import stagecoach.contracts.configuration.ConfigurationDocument.CachesKept;
import stagecoach.contracts.packages.PackageEvent.Why;
import stagecoach.vocabulary.packages.KeepRule;
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
        var rule = new KeepRule(kept.versions(), kept.days());
        Set<PackagePin> newest = newest(copies, rule);
        for (Copy copy : oldestFirst) {
            if (!copy.stored()) {
                going.put(
                        copy.pin(),
                        new Dropping(
                                copy,
                                Why.GONE,
                                evenReleased,
                                "the server does not keep it any more"));
            } else if (rule.isOld(copy.usedAt(), now) && !newest.contains(copy.pin())) {
                going.put(
                        copy.pin(), new Dropping(copy, Why.RETENTION, evenReleased, reason(rule)));
            }
        }
        takeUntil(going, oldestFirst, missing, evenReleased);
        return new ArrayList<>(going.values());
    }

    /** Of each package the newest versions that the settings keep, whatever else holds them. */
    private static Set<PackagePin> newest(Collection<Copy> copies, KeepRule rule) {
        List<PackagePin> newestFirst =
                copies.stream()
                        .map(Copy::pin)
                        .sorted(
                                Comparator.comparing(
                                        PackagePin::version, Comparator.reverseOrder()))
                        .toList();
        return rule.keptByNumber(newestFirst, pin -> Optional.of(pin.id()));
    }

    private static String reason(KeepRule rule) {
        return rule.reason(
                "it was not among the newest %d versions there"::formatted,
                "nobody used it there for %d days"::formatted);
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
