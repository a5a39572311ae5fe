package stagecoach.orchestrator.app.catalog;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import stagecoach.contracts.configuration.ConfigurationDocument;
import stagecoach.contracts.configuration.ConfigurationEvent.Kind;
import stagecoach.orchestrator.app.catalog.row.CatalogRow;
import stagecoach.orchestrator.app.request.KnownNames;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.request.JsonBody;
import stagecoach.vocabulary.identity.AgentId;

/**
 * One kind of things that people configure: what a request may say about it and how it is told.
 *
 * @param <R> its row
 * @param <V> its body in the API
 */
public interface CatalogThing<R extends CatalogRow, V> {
    /** What it is. */
    Kind kind();

    /** What people call it, such as {@code worker pool}. */
    String noun();

    /** Where it is found, such as {@code worker-pools}. */
    String path();

    /** The class of its rows. */
    Class<R> rowType();

    /** The row that {@code body} asks for; mistakes are noted there. */
    R read(String id, JsonBody body, KnownNames names, Optional<R> before);

    /** What the other services learn of it. */
    ConfigurationDocument document(R row);

    /** What it refers to. */
    Set<Use> uses(R row);

    /** The rows as the API tells them, in the same order. */
    List<V> views(Tx tx, List<R> rows);

    /** The tentacle that it is the configuration of, if it is that of one. */
    default Optional<AgentId> machine(String id) {
        return Optional.empty();
    }

    /** Who needs it besides those in {@code catalog_use}, in words such as {@code deployment x}. */
    default List<String> usersElsewhere(Tx tx, String id) {
        return List.of();
    }
}
