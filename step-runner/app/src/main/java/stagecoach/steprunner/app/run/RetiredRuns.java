package stagecoach.steprunner.app.run;

import jakarta.inject.Singleton;
import java.util.List;
import stagecoach.runtime.retirement.OwnTables;
import stagecoach.runtime.sql.Statements;

/** What runs of a retired deployment have left behind, such as outputs kept for a retry. */
@Singleton
class RetiredRuns implements OwnTables {
    private static final List<String> TABLES =
            List.of("output", "sensitive_output", "payload", "newest_run", "plan_use");

    @Override
    public int forget(Statements tx, String deployment, int rowsMax) {
        List<String> plans =
                tx.select("SELECT digest FROM plan_use WHERE deployment = ?1", deployment).stream()
                        .map(row -> row.text(0))
                        .toList();
        int rows = 0;
        for (String table : TABLES) {
            rows += tx.execute("DELETE FROM %s WHERE deployment = ?1".formatted(table), deployment);
        }
        if (!plans.isEmpty()) {
            tx.executeLater(
                    """
                    DELETE FROM plan p WHERE p.digest = ANY(?1)
                        AND NOT EXISTS (SELECT 1 FROM plan_use u WHERE u.digest = p.digest)""",
                    (Object) plans.toArray(String[]::new));
        }
        return rows;
    }
}
