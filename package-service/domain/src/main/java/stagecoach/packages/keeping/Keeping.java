package stagecoach.packages.keeping;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import stagecoach.contracts.configuration.ConfigurationDocument.PackagesKept;
import stagecoach.contracts.packages.PackageEvent.Why;
import stagecoach.vocabulary.packages.KeepRule;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.Sha512;

/**
 * Chooses what may go. Never chosen: what is leased, the newest version of a package and its newest
 * stable one, which a release without a version asks for, and what was used within the last hour,
 * since somebody may be about to make a release of it. What came from a feed outside can come from
 * there again, so that of it the newest versions are nothing special.
 */
public final class Keeping {
    /** What was used so recently stays whatever the settings say. */
    public static final Duration GRACE = Duration.ofHours(1);

    private Keeping() {}

    /** Which of a package's versions in the built-in feed go by their number and age. */
    public static List<Going> old(Collection<Stored> versions, PackagesKept kept, Instant now) {
        if (kept.versions().isEmpty() && kept.days().isEmpty()) {
            return List.of();
        }
        List<Stored> newestFirst = newestFirst(versions);
        Set<Stored> newest = newest(versions);
        int kept1 = Math.max(1, kept.versions().orElse(1));
        Instant before = now.minus(Duration.ofDays(kept.days().orElse(0)));
        return newestFirst.stream()
                .skip(kept1)
                .filter(stored -> mayGo(stored, now) && stored.usedAt().isBefore(before))
                .filter(stored -> !newest.contains(stored))
                .map(stored -> new Going(stored, Why.RETENTION, reason(kept)))
                .toList();
    }

    /** Which of those that came from feeds outside go, by their age alone. */
    public static List<Going> oldOutside(
            Collection<Stored> outside, PackagesKept kept, Instant now) {
        if (kept.days().isEmpty()) {
            return List.of();
        }
        int days = kept.days().get();
        return outside.stream()
                .filter(
                        stored ->
                                mayGo(stored, now)
                                        && stored.usedAt()
                                                .isBefore(now.minus(Duration.ofDays(days))))
                .map(stored -> new Going(stored, Why.RETENTION, unused(days)))
                .toList();
    }

    private static String unused(int days) {
        return "nobody used it for %d days".formatted(days);
    }

    private static String reason(PackagesKept kept) {
        return new KeepRule(kept.versions(), kept.days())
                .reason("it was not among the newest %d versions"::formatted, Keeping::unused);
    }

    /**
     * What goes to make room, what was not used for the longest time first.
     *
     * @param stored all versions of each package of the built-in feed that stands in it, and some
     *     of feeds outside
     * @param bytes so many are to become free
     */
    public static List<Going> forRoom(Collection<Stored> stored, long bytes, Instant now) {
        Set<Stored> newest = newest(stored);
        // Bytes under two names are free when both are gone.
        Set<Sha512> counted = new HashSet<>();
        List<Going> going = new ArrayList<>();
        long free = 0;
        for (Stored one : stored.stream().sorted(Comparator.comparing(Stored::usedAt)).toList()) {
            if (free >= bytes) {
                break;
            }
            if (mayGo(one, now) && !newest.contains(one)) {
                going.add(
                        new Going(
                                one,
                                Why.DISK,
                                "the disk had too little room and nobody used it since %s"
                                        .formatted(one.usedAt())));
                free += counted.add(one.pin().sha512()) ? one.pin().size() : 0;
            }
        }
        return List.copyOf(going);
    }

    private static boolean mayGo(Stored stored, Instant now) {
        return !stored.leased() && stored.usedAt().isBefore(now.minus(GRACE));
    }

    /** Of each package of the built-in feed the newest version, and the newest stable one. */
    private static Set<Stored> newest(Collection<Stored> stored) {
        var seen = new HashSet<PackageId>();
        var seenStable = new HashSet<PackageId>();
        var newest = new HashSet<Stored>();
        for (Stored one : newestFirst(stored)) {
            if (one.isOutside()) {
                continue;
            }
            PackageId id = one.pin().id();
            boolean isStable = !one.pin().version().isPrerelease();
            boolean isNewest = seen.add(id);
            boolean isNewestStable = isStable && seenStable.add(id);
            if (isNewest || isNewestStable) {
                newest.add(one);
            }
        }
        return newest;
    }

    private static List<Stored> newestFirst(Collection<Stored> stored) {
        return stored.stream()
                .sorted(
                        Comparator.comparing(
                                (Stored one) -> one.pin().version(), Comparator.reverseOrder()))
                .toList();
    }
}
