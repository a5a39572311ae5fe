package stagecoach.orchestrator.app.projection;

import jakarta.inject.Singleton;
import java.util.List;
import java.util.stream.Collectors;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import stagecoach.orchestrator.app.projection.Projection.Table;
import stagecoach.runtime.aggregate.Tx;

/** The tables of read models that are being rebuilt, in a schema beside the service's own. */
@Singleton
class Shadow {
    private final String live;

    Shadow(@ConfigProperty(name = "stagecoach.schema") String live) {
        this.live = live;
    }

    /** What a swap changed. */
    record Difference(long removed, long written) {}

    String live() {
        return live;
    }

    String schema() {
        return live + "_shadow";
    }

    /** Where the rebuilt tables stand in each stream. */
    String position(Projection projection) {
        return "%s.%s_position".formatted(schema(), projection.name().replace('-', '_'));
    }

    /** Makes empty tables; what an earlier rebuild left goes. */
    void create(Tx tx, Projection projection) {
        drop(tx, projection);
        for (Table table : projection.tables()) {
            tx.execute(
                    "CREATE TABLE %s.%s (LIKE %s.%s INCLUDING ALL)"
                            .formatted(schema(), table.name(), live, table.name()));
        }
        tx.execute(
                "CREATE TABLE %s (handler text, stream text, version bigint NOT NULL, PRIMARY KEY (handler, stream))"
                        .formatted(position(projection)));
    }

    void drop(Tx tx, Projection projection) {
        // That a table is not there is no news.
        tx.rows("SELECT set_config('client_min_messages', 'warning', true)");
        for (Table table : projection.tables()) {
            tx.execute("DROP TABLE IF EXISTS %s.%s".formatted(schema(), table.name()));
        }
        tx.execute("DROP TABLE IF EXISTS " + position(projection));
    }

    /** Until the end of the transaction, the tables' bare names mean the rebuilt ones. */
    void enter(Tx tx) {
        tx.rows("SELECT set_config('search_path', ?1, true)", schema() + ", " + live);
    }

    /**
     * Keeps everybody else from writing the live tables until the end of the transaction, and
     * nobody from reading them.
     *
     * @throws stagecoach.runtime.store.TemporaryFailure if that takes longer than half a second
     */
    void lock(Tx tx, Projection projection) {
        // Less than the time after which the database looks for deadlocks: it is we who give way.
        tx.rows("SELECT set_config('lock_timeout', '500ms', true)");
        for (Table table : projection.tables()) {
            tx.execute(
                    "LOCK TABLE %s.%s IN SHARE ROW EXCLUSIVE MODE".formatted(live, table.name()));
        }
    }

    /** Leaves the rows of owners whose history is no longer whole as they are. */
    void leave(Tx tx, Projection projection, List<String> owners) {
        if (owners.isEmpty()) {
            return;
        }
        String[] ids = owners.toArray(String[]::new);
        for (Table table : projection.tables()) {
            tx.execute(
                    "DELETE FROM %s.%s WHERE %s = ANY(?1)"
                            .formatted(schema(), table.name(), table.owner()),
                    (Object) ids);
            tx.execute(
                    "INSERT INTO %s.%s SELECT * FROM %s.%s WHERE %s = ANY(?1)"
                            .formatted(schema(), table.name(), live, table.name(), table.owner()),
                    (Object) ids);
        }
    }

    /** Leaves out whoever was retired while this went on: the live rows go, or have gone. */
    void leaveOutRetired(Tx tx, Projection projection) {
        for (Table table : projection.tables()) {
            tx.execute(
                    "DELETE FROM %s.%s WHERE %s IN (SELECT deployment FROM retired)"
                            .formatted(schema(), table.name(), table.owner()));
        }
    }

    /** Makes the live tables equal to the rebuilt ones, and changes only rows that differ. */
    Difference swap(Tx tx, Projection projection) {
        long removed = 0;
        long written = 0;
        for (Table table : projection.tables()) {
            String same =
                    table.key().stream()
                            .map(column -> "l.%s = s.%s".formatted(column, column))
                            .collect(Collectors.joining(" AND "));
            String rebuilt = schema() + "." + table.name();
            String present = live + "." + table.name();
            removed +=
                    tx.execute(
                            """
                            DELETE FROM %s WHERE ctid IN (
                                SELECT l.ctid FROM %s l LEFT JOIN %s s ON %s
                                WHERE s.%s IS NULL OR ROW(l.*) IS DISTINCT FROM ROW(s.*))"""
                                    .formatted(
                                            present,
                                            present,
                                            rebuilt,
                                            same,
                                            table.key().getFirst()));
            written +=
                    tx.execute(
                            "INSERT INTO %s SELECT s.* FROM %s s LEFT JOIN %s l ON %s WHERE l.%s IS NULL"
                                    .formatted(
                                            present,
                                            rebuilt,
                                            present,
                                            same,
                                            table.key().getFirst()));
        }
        return new Difference(removed, written);
    }
}
