package stagecoach.packages.keeping;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import stagecoach.contracts.configuration.ConfigurationDocument.CachesKept;
import stagecoach.contracts.packages.PackageEvent.Why;
import stagecoach.vocabulary.packages.PackagePin;

/**
 * Chooses what a cache may drop. Never chosen: what a deployment that has not ended needs, and what
 * was used within the last hour. What goes can be pulled again as long as the server keeps it; so
 * releases keep nothing here.
 */
public final class CopyKeeping {
    private CopyKeeping() {}

    /**
     * A copy that may go.
     *
     * @param reason in words
     */
    public record Dropping(Copy copy, Why why, String reason) {}

    /**
     * What goes so that something else fits; nothing if that would not be enough.
     *
     * @param missing so many bytes are to become free
     */
    public static List<Dropping> forRoom(Collection<Copy> copies, long missing, Instant now) {
        var nothingSet = new CachesKept(Optional.empty(), Optional.empty());
        List<Dropping> going = going(copies, nothingSet, missing, now);
        return sum(going) >= missing ? going : List.of();
    }

    private static long sum(Collection<Dropping> going) {
        return going.stream().mapToLong(dropping -> dropping.copy().pin().size()).sum();
    }

    /**
     * What goes.
     *
     * @param missing so many bytes are to become free besides
     */
    public static List<Dropping> going(
            Collection<Copy> copies, CachesKept kept, long missing, Instant now) {
        var going = new LinkedHashMap<PackagePin, Dropping>();
        List<Copy> oldestFirst =
                copies.stream()
                        .filter(
                                copy ->
                                        !copy.needed()
                                                && copy.usedAt().isBefore(now.minus(Keeping.GRACE)))
                        .sorted(Comparator.comparing(Copy::usedAt))
                        .toList();
        for (Copy copy : oldestFirst) {
            if (!copy.stored()) {
                going.put(
                        copy.pin(),
                        new Dropping(copy, Why.GONE, "the server does not keep it any more"));
            } else if (kept.days()
                    .filter(days -> copy.usedAt().isBefore(now.minus(Duration.ofDays(days))))
                    .isPresent()) {
                going.put(
                        copy.pin(),
                        new Dropping(
                                copy,
                                Why.RETENTION,
                                "nobody used it there for %d days".formatted(kept.days().get())));
            }
        }
        long free = sum(going.values());
        for (Copy copy : oldestFirst) {
            if (free >= missing) {
                break;
            }
            if (!going.containsKey(copy.pin())) {
                going.put(
                        copy.pin(),
                        new Dropping(
                                copy,
                                Why.DISK,
                                "its disk had too little room and nobody used it there since %s"
                                        .formatted(copy.usedAt())));
                free += copy.pin().size();
            }
        }
        return new ArrayList<>(going.values());
    }
}
