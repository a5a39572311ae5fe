package stagecoach.orchestrator.app.projection;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import stagecoach.orchestrator.app.projection.Projection.Table;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.sql.SqlRow;

/** The tables of read models that are being rebuilt, in a schema beside the service's own. */
@Singleton
class Shadow {
    /** A second's work, where half a minute is the most that a statement may take. */
    private static final int ROWS_AT_ONCE = 20_000;

    private static final int OWNERS_AT_ONCE = 500;

    private final String live;
    private final int rowsAtOnce;

    @Inject
    Shadow(@ConfigProperty(name = "stagecoach.schema") String live) {
        this(live, ROWS_AT_ONCE);
    }

    Shadow(String live, int rowsAtOnce) {
        this.live = live;
        this.rowsAtOnce = rowsAtOnce;
    }

    /**
     * What a swap changed.
     *
     * @param left rows of owners whose history is no longer whole
     */
    record Difference(long removed, long written, long left) {}

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
        tx.select("SELECT set_config('client_min_messages', 'warning', true)");
        for (Table table : projection.tables()) {
            tx.execute("DROP TABLE IF EXISTS %s.%s".formatted(schema(), table.name()));
        }
        tx.execute("DROP TABLE IF EXISTS " + position(projection));
    }

    /** Until the end of the transaction, the tables' bare names mean the rebuilt ones. */
    void enter(Tx tx) {
        tx.select("SELECT set_config('search_path', ?1, true)", schema() + ", " + live);
    }

    /**
     * Keeps everybody else from writing the live tables until the end of the transaction, and
     * nobody from reading them.
     *
     * @throws stagecoach.runtime.store.TemporaryFailure if that takes longer than half a second
     */
    void lock(Tx tx, Projection projection) {
        // Less than the time after which the database looks for deadlocks: it is we who give way.
        tx.select("SELECT set_config('lock_timeout', '500ms', true)");
        for (Table table : projection.tables()) {
            tx.execute(
                    "LOCK TABLE %s.%s IN SHARE ROW EXCLUSIVE MODE".formatted(live, table.name()));
        }
    }

    /**
     * Leaves the rows of owners whose history is no longer whole as they are.
     *
     * @return how many rows
     */
    long leave(Tx tx, Projection projection, List<String> owners) {
        long left = 0;
        for (int from = 0; from < owners.size(); from += OWNERS_AT_ONCE) {
            left +=
                    leaveAFew(
                            tx,
                            projection,
                            owners.subList(from, Math.min(owners.size(), from + OWNERS_AT_ONCE)));
        }
        return left;
    }

    private long leaveAFew(Tx tx, Projection projection, List<String> owners) {
        String[] ids = owners.toArray(String[]::new);
        long left = 0;
        for (Table table : projection.tables()) {
            tx.execute(
                    "DELETE FROM %s.%s WHERE %s = ANY(?1)"
                            .formatted(schema(), table.name(), table.owner()),
                    (Object) ids);
            left +=
                    tx.execute(
                            "INSERT INTO %s.%s SELECT * FROM %s.%s WHERE %s = ANY(?1)"
                                    .formatted(
                                            schema(),
                                            table.name(),
                                            live,
                                            table.name(),
                                            table.owner()),
                            (Object) ids);
        }
        return left;
    }

    /** Leaves out whoever was retired while this went on: the live rows go, or have gone. */
    void leaveOutRetired(Tx tx, Projection projection) {
        for (Table table : projection.tables()) {
            tx.execute(
                    "DELETE FROM %s.%s WHERE %s IN (SELECT deployment FROM retired)"
                            .formatted(schema(), table.name(), table.owner()));
        }
    }

    /** Brings what events do not tell from the live tables. */
    void carryOver(Tx tx, Projection projection) {
        for (Table table : projection.tables()) {
            for (Piece piece : pieces(tx, table)) {
                projection.carryOver(tx, table, live, schema(), piece);
            }
        }
    }

    /** The pieces of a table and of its shadow, which together are all of both. */
    List<Piece> pieces(Tx tx, Table table) {
        var pieces = new ArrayList<Piece>();
        Optional<String> end = Optional.of("");
        while (end.isPresent()) {
            String after = end.get();
            end = endOfPiece(tx, table, after);
            pieces.add(new Piece(after, end));
        }
        return pieces;
    }

    private Optional<String> endOfPiece(Tx tx, Table table, String after) {
        String ownerOfLast = "(SELECT %s FROM %s.%s WHERE %s > ?1 ORDER BY 1 OFFSET %d LIMIT 1)";
        List<SqlRow> end =
                tx.select(
                        "SELECT least(%s, %s)"
                                .formatted(
                                        ownerOfLast.formatted(
                                                table.owner(),
                                                live,
                                                table.name(),
                                                table.owner(),
                                                rowsAtOnce - 1),
                                        ownerOfLast.formatted(
                                                table.owner(),
                                                schema(),
                                                table.name(),
                                                table.owner(),
                                                rowsAtOnce - 1)),
                        after);
        return end.getFirst().optionalText(0);
    }

    /**
     * Makes the live tables equal to the rebuilt ones, and changes only rows that differ.
     *
     * @param left how many rows of the rebuilt ones were left as they are
     */
    Difference swap(Tx tx, Projection projection, long left) {
        long removed = 0;
        long written = 0;
        for (Table table : projection.tables()) {
            for (Piece piece : pieces(tx, table)) {
                removed += removeWrong(tx, table, piece);
                written += writeMissing(tx, table, piece);
            }
        }
        return new Difference(removed, written, left);
    }

    /** Both sides are bounded: the database would not bound one by the other. */
    private int removeWrong(Tx tx, Table table, Piece piece) {
        String present = live + "." + table.name();
        return tx.execute(
                """
                DELETE FROM %s WHERE ctid IN (
                    SELECT l.ctid FROM %s l LEFT JOIN %s.%s s ON %s AND %s
                    WHERE %s AND (s.%s IS NULL OR ROW(l.*) IS DISTINCT FROM ROW(s.*)))"""
                        .formatted(
                                present,
                                present,
                                schema(),
                                table.name(),
                                sameRow(table),
                                piece.covers("s." + table.owner()),
                                piece.covers("l." + table.owner()),
                                table.owner()),
                piece.bounds());
    }

    private int writeMissing(Tx tx, Table table, Piece piece) {
        String present = live + "." + table.name();
        return tx.execute(
                "INSERT INTO %s SELECT s.* FROM %s.%s s LEFT JOIN %s l ON %s AND %s WHERE %s AND l.%s IS NULL"
                        .formatted(
                                present,
                                schema(),
                                table.name(),
                                present,
                                sameRow(table),
                                piece.covers("l." + table.owner()),
                                piece.covers("s." + table.owner()),
                                table.owner()),
                piece.bounds());
    }

    private static String sameRow(Table table) {
        return table.key().stream()
                .map(column -> "l.%s = s.%s".formatted(column, column))
                .collect(Collectors.joining(" AND "));
    }
}
