package stagecoach.runtime.retirement;

import stagecoach.runtime.sql.Statements;

/** A service's own rows about deployments; a bean where there are any that outlive them. */
public interface OwnTables {
    /**
     * Deletes rows about a retired deployment, at most {@code rowsMax} or a little more.
     *
     * @return how many; none if nothing is left
     */
    int forget(Statements tx, String deployment, int rowsMax);

    /** Streams were deleted, by whichever service owns them. */
    default void streamsGone(Statements tx, String[] streams) {}
}
