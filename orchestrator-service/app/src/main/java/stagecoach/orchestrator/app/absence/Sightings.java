package stagecoach.orchestrator.app.absence;

import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What was seen of Kafka and of the other services, look by look. Whoever is missed once may only
 * be slow, or about to be replaced; whoever is missed twice in a row is away, since the first time.
 *
 * @param kafka when it was missed, if the last look had no answer
 * @param others those that the last answer did not show
 */
record Sightings(@Nullable Miss kafka, Map<Neighbour, Miss> others) {
    /** Copies the others. */
    Sightings {
        others = Map.copyOf(others);
    }

    /**
     * In a row.
     *
     * @param since the first of them
     */
    record Miss(Instant since, boolean again) {}

    /** Before the first look. */
    static Sightings none() {
        return new Sightings(null, Map.of());
    }

    /**
     * After one more look.
     *
     * @param there who listens; empty if Kafka did not answer, which tells nothing of the others
     */
    Sightings after(Optional<Set<Neighbour>> there, Instant at) {
        if (there.isEmpty()) {
            Map<Neighbour, Miss> away = new EnumMap<>(Neighbour.class);
            others.forEach(
                    (neighbour, miss) -> {
                        if (miss.again()) {
                            away.put(neighbour, miss);
                        }
                    });
            return new Sightings(missed(kafka, at), away);
        }
        Map<Neighbour, Miss> missing = new EnumMap<>(Neighbour.class);
        for (Neighbour neighbour : Neighbour.values()) {
            if (!there.get().contains(neighbour)) {
                missing.put(neighbour, missed(others.get(neighbour), at));
            }
        }
        return new Sightings(null, missing);
    }

    private static Miss missed(@Nullable Miss before, Instant at) {
        return before == null ? new Miss(at, false) : new Miss(before.since(), true);
    }

    /** Since when Kafka is away, if it is. */
    Optional<Instant> kafkaAway() {
        return away(kafka);
    }

    /** Since when that service is away, if it is known to be: a silent Kafka tells of nobody. */
    Optional<Instant> away(Neighbour neighbour) {
        return kafkaAway().isPresent() ? Optional.empty() : away(others.get(neighbour));
    }

    private static Optional<Instant> away(@Nullable Miss miss) {
        return miss != null && miss.again() ? Optional.of(miss.since()) : Optional.empty();
    }

    /** Whether nobody was missed, not even once. */
    boolean isComplete() {
        return kafka == null && others.isEmpty();
    }
}
