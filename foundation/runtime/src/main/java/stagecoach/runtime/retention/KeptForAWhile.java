package stagecoach.runtime.retention;

import java.time.Instant;
import stagecoach.runtime.sql.Statements;

/** Rows that nobody needs after some time; a bean per kind of rows. */
public interface KeptForAWhile {
    /** What they are, for logs. */
    String name();

    /**
     * Deletes rows that nobody needs at {@code now}, at most {@code rowsMax} of them, and none that
     * may still be needed.
     *
     * @return how many were deleted; as many as {@code rowsMax} if there may be more
     */
    int forget(Statements tx, Instant now, int rowsMax);
}
