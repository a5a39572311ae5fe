package stagecoach.runtime.sql;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A row that a select has found, its columns counted from 0. A column that may be null is read as
 * an optional one; to read it as one that is never null throws {@link IllegalStateException}.
 */
public final class SqlRow {
    private final @Nullable Object[] columns;

    SqlRow(@Nullable Object[] columns) {
        this.columns = columns;
    }

    /** A text. */
    public String text(int column) {
        return (String) present(column);
    }

    /** A number without fraction. */
    public long number(int column) {
        return ((Number) present(column)).longValue();
    }

    /** A number without fraction that an {@code int} holds. */
    public int whole(int column) {
        return Math.toIntExact(number(column));
    }

    /** Whether something is so. */
    public boolean flag(int column) {
        return (Boolean) present(column);
    }

    /** A {@code timestamptz}. */
    public Instant instant(int column) {
        return (Instant) present(column);
    }

    /** A {@code uuid}. */
    public UUID uuid(int column) {
        return (UUID) present(column);
    }

    /** A {@code bytea}. */
    public byte[] bytes(int column) {
        return (byte[]) present(column);
    }

    /** A text, if there is one. */
    public Optional<String> optionalText(int column) {
        return Optional.ofNullable((String) columns[column]);
    }

    /** A number without fraction, if there is one. */
    public Optional<Long> optionalNumber(int column) {
        return Optional.ofNullable((Number) columns[column]).map(Number::longValue);
    }

    /** A number without fraction that an {@code int} holds, if there is one. */
    public Optional<Integer> optionalWhole(int column) {
        return optionalNumber(column).map(Math::toIntExact);
    }

    /** A {@code timestamptz}, if there is one. */
    public Optional<Instant> optionalInstant(int column) {
        return Optional.ofNullable((Instant) columns[column]);
    }

    /** A {@code uuid}, if there is one. */
    public Optional<UUID> optionalUuid(int column) {
        return Optional.ofNullable((UUID) columns[column]);
    }

    private Object present(int column) {
        @Nullable Object value = columns[column];
        if (value == null) {
            throw new IllegalStateException("column %d is null".formatted(column));
        }
        return value;
    }
}
