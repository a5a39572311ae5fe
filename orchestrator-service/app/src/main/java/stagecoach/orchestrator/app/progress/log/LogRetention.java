package stagecoach.orchestrator.app.progress.log;

import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import stagecoach.orchestrator.app.retention.RetentionSettings;
import stagecoach.runtime.retention.KeptForAWhile;
import stagecoach.runtime.sql.Statements;

/**
 * Output goes some days after its deployment has ended; never that of one that goes on or may be
 * taken up, such as one that is staged.
 */
@Singleton
class LogRetention implements KeptForAWhile {
    private static final int DEPLOYMENTS_AT_ONCE = 20;

    private static final String OLD =
            """
            SELECT h.deployment FROM log_head h JOIN deployment d ON d.id = h.deployment
            WHERE NOT h.forgotten AND d.ended_at < ?1 ORDER BY d.number LIMIT
            """
                    + DEPLOYMENTS_AT_ONCE;
    private static final String FORGET =
            """
            DELETE FROM log_chunk WHERE (ticket, chunk) IN (
                SELECT ticket, chunk FROM log_chunk WHERE deployment = ?1 ORDER BY last_seq LIMIT ?2)
            RETURNING ticket
            """;

    private final RetentionSettings settings;

    LogRetention(RetentionSettings settings) {
        this.settings = settings;
    }

    @Override
    public String name() {
        return "logs";
    }

    @Override
    public int forget(Statements tx, Instant now, int rowsMax) {
        List<String> old =
                tx.select(OLD, now.minus(Duration.ofDays(settings.present(tx).logDays()))).stream()
                        .map(row -> row.text(0))
                        .toList();
        int gone = 0;
        for (String deployment : old) {
            int left = rowsMax - gone;
            if (left == 0) {
                break;
            }
            gone += forgetOf(tx, deployment, left);
        }
        return old.size() < DEPLOYMENTS_AT_ONCE ? gone : rowsMax;
    }

    private static int forgetOf(Statements tx, String deployment, int rowsMax) {
        String[] tickets =
                tx.select(FORGET, deployment, rowsMax).stream()
                        .map(row -> row.text(0))
                        .toArray(String[]::new);
        tx.execute("DELETE FROM log_ticket WHERE ticket = ANY(?1)", (Object) tickets);
        if (tickets.length < rowsMax) {
            tx.execute("UPDATE log_head SET forgotten = true WHERE deployment = ?1", deployment);
        }
        return tickets.length;
    }
}
