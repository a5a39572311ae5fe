package stagecoach.orchestrator.app.projection;

import java.util.Optional;

/**
 * A part of a table: the rows of whole owners, in their order. A statement that takes too long is
 * given up, so none may be about all of a large table.
 *
 * @param after the owner before the first one; empty for the first piece
 * @param upTo the last owner; empty for the last piece
 */
public record Piece(String after, Optional<String> upTo) {
    /** Whether the owner in {@code column} belongs to it, as SQL with {@code ?1} and {@code ?2}. */
    public String covers(String column) {
        return upTo.isPresent()
                ? "%s > ?1 AND %s <= ?2".formatted(column, column)
                : "%s > ?1".formatted(column);
    }

    /** The parameters of {@link #covers}. */
    public Object[] bounds() {
        return upTo.map(last -> new Object[] {after, last}).orElseGet(() -> new Object[] {after});
    }
}
