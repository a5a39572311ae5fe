package stagecoach.runtime.store;

import io.vertx.core.VertxException;
import io.vertx.sqlclient.DatabaseException;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Tells what a failure of the database means, from the SQLSTATE or from the lack of one. */
public final class SqlFailures {
    private static final String UNIQUE_VIOLATION = "23505";

    /** The database broke a deadlock or a race: the same work may succeed at once. */
    private static final List<String> LOST = List.of("40001", "40P01");

    /**
     * Not there now: connection (08), resources (53), operator's intervention (57), system (58),
     * and a transaction that was idle too long.
     */
    private static final List<String> AWAY = List.of("08", "53", "57", "58", "25P03", "55P03");

    /**
     * There, but not as it should be: the schema is still to be migrated or was migrated already
     * for newer services (no such table, schema or column; a plan that was kept gives other columns
     * now, the only thing of 0A000 that we could meet), or only reads are allowed, as after a
     * failover.
     */
    private static final List<String> NOT_READY =
            List.of("42P01", "3F000", "42703", "0A000", "25006");

    private SqlFailures() {}

    /**
     * The exception to throw on for {@code failure}: a {@link TemporaryFailure} if it passes by
     * itself, otherwise the failure.
     */
    public static RuntimeException translate(Throwable failure) {
        if (failure instanceof TemporaryFailure temporary) {
            return temporary;
        }
        Optional<String> state = sqlState(failure);
        if (state.isPresent() && LOST.contains(state.get())) {
            return new LostTransaction(failure);
        }
        boolean away =
                state.isPresent()
                        ? AWAY.stream().anyMatch(state.get()::startsWith)
                        : isConnectionTrouble(failure);
        if (away) {
            return new TemporaryFailure("The database does not answer.", failure);
        }
        if (state.isPresent() && NOT_READY.contains(state.get())) {
            return new TemporaryFailure(
                    "The database has another schema than this service expects, or allows only reads.",
                    failure);
        }
        return failure instanceof RuntimeException unchecked
                ? unchecked
                : new IllegalStateException("The database refused a statement.", failure);
    }

    /** Whether {@code failure} is the violation of the unique constraint with this name. */
    public static boolean isViolationOf(String constraint, Throwable failure) {
        if (!sqlState(failure).equals(Optional.of(UNIQUE_VIOLATION))) {
            return false;
        }
        for (@Nullable Throwable t = failure; t != null; t = t.getCause()) {
            if (t.getMessage() != null && t.getMessage().contains("\"" + constraint + "\"")) {
                return true;
            }
        }
        return false;
    }

    /** The SQLSTATE that the database gave, if it answered at all. */
    public static Optional<String> sqlState(Throwable failure) {
        for (@Nullable Throwable t = failure; t != null; t = t.getCause()) {
            if (t instanceof DatabaseException e && e.getSqlState() != null) {
                return Optional.of(e.getSqlState());
            }
            if (t instanceof SQLException e && e.getSQLState() != null) {
                return Optional.of(e.getSQLState());
            }
        }
        return Optional.empty();
    }

    private static boolean isConnectionTrouble(Throwable failure) {
        for (@Nullable Throwable t = failure; t != null; t = t.getCause()) {
            if (t instanceof IOException
                    || t instanceof TimeoutException
                    || t instanceof VertxException
                    || t.getClass().getName().startsWith("io.vertx.core.impl.NoStackTrace")) {
                return true;
            }
        }
        return false;
    }
}
