package stagecoach.runtime.retirement;

import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import stagecoach.runtime.inbox.Handlers;
import stagecoach.runtime.sql.Statements;

/** What becomes of announcements that deployments or streams are kept no longer; all repeatable. */
@Singleton
public class Retirement {
    private final Clock clock;
    private final List<OwnTables> own;

    Retirement(Clock clock, @Any Instance<OwnTables> own) {
        this.clock = clock;
        this.own = own.stream().toList();
    }

    /** From now on nothing about these deployments is handled, and what there is of them goes. */
    public void retire(Statements tx, List<String> deployments) {
        tx.execute(
                """
                INSERT INTO retired (deployment, at)
                SELECT DISTINCT d, CAST(?2 AS timestamptz) FROM unnest(CAST(?1 AS text[])) AS t (d) ORDER BY d
                ON CONFLICT DO NOTHING""",
                deployments.toArray(String[]::new),
                clock.instant());
    }

    /** Deletes streams that this service owns, with what is due in them. */
    public void deleteStreams(Statements tx, List<String> streams) {
        Object names = streams.toArray(String[]::new);
        tx.execute("DELETE FROM timer WHERE stream = ANY(?1)", names);
        tx.execute("DELETE FROM published WHERE stream = ANY(?1)", names);
        tx.execute("DELETE FROM event WHERE stream = ANY(?1)", names);
    }

    /** The owner of these streams has deleted them: it is forgotten what was handled of them. */
    public void forget(Statements tx, List<String> streams) {
        String[] names = streams.stream().distinct().sorted().toArray(String[]::new);
        for (String table : List.of("inbox", "gap", "parked")) {
            tx.execute(forget(table), (Object) names);
        }
        own.forEach(tables -> tables.streamsGone(tx, Arrays.copyOf(names, names.length)));
    }

    private static String forget(String table) {
        return """
               WITH RECURSIVE %2$s
               DELETE FROM %1$s WHERE stream = ANY(?1) AND handler IN (
                   SELECT handler FROM handlers WHERE handler IS NOT NULL)"""
                .formatted(table, Handlers.of(table));
    }

    /** Deletes rows of the service's own tables. */
    int forgetOwn(Statements tx, String deployment, int rowsMax) {
        int rows = 0;
        for (OwnTables tables : own) {
            rows += tables.forget(tx, deployment, Math.max(1, rowsMax - rows));
        }
        return rows;
    }
}
