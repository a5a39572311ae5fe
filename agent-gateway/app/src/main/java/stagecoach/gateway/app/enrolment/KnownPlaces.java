package stagecoach.gateway.app.enrolment;

import jakarta.inject.Singleton;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import stagecoach.contracts.configuration.ConfigurationDocument;
import stagecoach.contracts.configuration.ConfigurationEvent.Kind;
import stagecoach.runtime.aggregate.Tx;

/**
 * The environments, regions and worker pools that exist, learnt from {@code
 * stagecoach.configuration}: so that an enrolment that names another one is refused at once.
 */
@Singleton
public class KnownPlaces {
    /**
     * Something that an enrolment names.
     *
     * @param kind ENVIRONMENT, REGION or WORKER_POOL
     */
    public record Place(Kind kind, String id) implements Comparable<Place> {
        @Override
        public int compareTo(Place other) {
            return kind == other.kind ? id.compareTo(other.id) : kind.compareTo(other.kind);
        }
    }

    /** Takes in a change of configuration; kinds that are not needed here change nothing. */
    public void learn(Tx tx, Kind kind, String id, Optional<ConfigurationDocument> document) {
        switch (kind) {
            case ENVIRONMENT, REGION, WORKER_POOL -> {
                if (document.isPresent()) {
                    tx.execute(
                            "INSERT INTO known_place (kind, id) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
                            kind.name(),
                            id);
                } else {
                    tx.execute(
                            "DELETE FROM known_place WHERE kind = ?1 AND id = ?2", kind.name(), id);
                }
            }
            case CACHE,
                    FEED,
                    TARGET,
                    WORKER,
                    PROJECT,
                    API_KEY,
                    RETENTION,
                    VARIABLE_SET,
                    PAUSE,
                    TASK_LIMIT -> {}
        }
    }

    /** Those of {@code places} that do not exist, as far as is known here. */
    public Set<Place> missing(Tx tx, Collection<Place> places) {
        var missing = new TreeSet<>(places);
        for (Place place : places) {
            boolean known =
                    !tx.select(
                                    "SELECT 1 FROM known_place WHERE kind = ?1 AND id = ?2",
                                    place.kind().name(),
                                    place.id())
                            .isEmpty();
            if (known) {
                missing.remove(place);
            }
        }
        return missing;
    }
}
