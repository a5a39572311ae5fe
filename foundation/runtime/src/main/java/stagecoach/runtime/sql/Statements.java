package stagecoach.runtime.sql;

import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** SQL inside one transaction, called blockingly and by one thread only. */
public interface Statements {
    /** Inserts entities of one class in one batch, in this order. */
    void insertAll(List<?> entities);

    /**
     * Runs a native statement that changes rows.
     *
     * @param sql with parameters {@code ?1 ?2 …}; a parameter may be null, a String, number,
     *     Boolean, UUID, Instant, byte[], enum (its name), or an array of these for {@code =
     *     ANY(?1)}
     * @return how many rows it changed
     */
    int execute(String sql, @Nullable Object... positional);

    /**
     * Has a native statement run that changes rows, with the next one that somebody waits for or
     * with the commit: it costs no wait of its own. Its failure shows then.
     *
     * @param failed what to throw if it fails
     */
    void executeLater(
            UnaryOperator<RuntimeException> failed, String sql, @Nullable Object... positional);

    /** The same, its failure being thrown as it is. */
    default void executeLater(String sql, @Nullable Object... positional) {
        executeLater(UnaryOperator.identity(), sql, positional);
    }

    /**
     * Runs a native select.
     *
     * @return one array per row, also for one column; timestamps come as Instant, bytea as byte[]
     */
    List<@Nullable Object[]> rows(String sql, @Nullable Object... positional);

    /** Runs a native select, its rows to be read column by column, each with its type. */
    default List<SqlRow> select(String sql, @Nullable Object... positional) {
        return rows(sql, positional).stream().map(SqlRow::new).toList();
    }
}
