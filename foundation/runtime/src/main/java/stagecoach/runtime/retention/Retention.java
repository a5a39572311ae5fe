package stagecoach.runtime.retention;

import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.List;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.aggregate.UnitOfWork;

/** Deletes what is no longer needed, in small transactions; of all pods one at a time. */
@Singleton
class Retention {
    private static final int ROWS_MAX = 2_000;

    private static final String LOCK =
            "SELECT pg_try_advisory_xact_lock(hashtextextended('stagecoach retention ' || current_schema(), 0))";

    private final UnitOfWork unitOfWork;
    private final Clock clock;
    private final List<KeptForAWhile> kinds;

    Retention(UnitOfWork unitOfWork, Clock clock, @Any Instance<KeptForAWhile> kinds) {
        this.unitOfWork = unitOfWork;
        this.clock = clock;
        this.kinds = kinds.stream().toList();
    }

    List<KeptForAWhile> kinds() {
        return kinds;
    }

    /**
     * Deletes some rows.
     *
     * @return whether there may be more
     */
    boolean forget(KeptForAWhile kind) {
        int rows =
                unitOfWork.run(tx -> isAlone(tx) ? kind.forget(tx, clock.instant(), ROWS_MAX) : 0);
        return rows >= ROWS_MAX;
    }

    private static boolean isAlone(Tx tx) {
        return Boolean.TRUE.equals(tx.rows(LOCK).getFirst()[0]);
    }
}
