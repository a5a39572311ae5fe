package stagecoach.vocabulary.packages;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Keeping so many versions of each package, or what was used within so many days. With both only
 * that goes which neither keeps; with neither nothing goes.
 *
 * @param versions how many, which come first for whoever asks
 * @param days how many
 */
public record KeepRule(Optional<Integer> versions, Optional<Integer> days) {
    /** Whether its age keeps something no longer, as the only thing that could. */
    public boolean isOld(Instant usedAt, Instant now) {
        return days.map(some -> usedAt.isBefore(now.minus(Duration.ofDays(some))))
                .orElse(versions.isPresent());
    }

    /**
     * What stays by its number.
     *
     * @param keptFirst in the order in which versions are kept
     * @param packageOf of which package something is a version; what is one of none stays
     */
    public <T> Set<T> keptByNumber(List<T> keptFirst, Function<T, Optional<PackageId>> packageOf) {
        Set<T> kept = new HashSet<>();
        if (versions.isPresent()) {
            Map<PackageId, Integer> seen = new HashMap<>();
            for (T one : keptFirst) {
                Optional<PackageId> id = packageOf.apply(one);
                if (id.isEmpty() || seen.merge(id.get(), 1, Integer::sum) <= versions.get()) {
                    kept.add(one);
                }
            }
        }
        return kept;
    }

    /**
     * Why something goes by it.
     *
     * @param byVersions the words for a number of versions
     * @param byDays the words for a number of days
     */
    public String reason(Function<Integer, String> byVersions, Function<Integer, String> byDays) {
        return versions.map(byVersions)
                .flatMap(few -> days.map(byDays).map(old -> few + ", and " + old))
                .or(() -> versions.map(byVersions))
                .or(() -> days.map(byDays))
                .orElseThrow();
    }
}
