package stagecoach.runtime.secrets;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import stagecoach.runtime.sql.Statements;

/**
 * Rows with sealed bytes, so that they can be sealed again with another key; a bean per column.
 *
 * @param name what they are, for people
 * @param key the columns that tell rows apart
 * @param context what a row was sealed with, from the texts of its key
 * @param lock keeps others from writing back what they read before; nothing where rows are never
 *     updated as a whole
 */
public record SealedRows(
        String name,
        String table,
        String column,
        List<String> key,
        Function<List<String>, String> context,
        Consumer<Statements> lock) {
    /** Copies the key. */
    public SealedRows {
        key = List.copyOf(key);
    }

    /** Rows that are only inserted and deleted. */
    public static SealedRows of(
            String name,
            String table,
            String column,
            String key,
            Function<String, String> context) {
        return new SealedRows(
                name,
                table,
                column,
                List.of(key),
                values -> context.apply(values.getFirst()),
                tx -> {});
    }
}
