package stagecoach.orchestrator.app.retention;

import jakarta.inject.Singleton;
import java.util.List;
import stagecoach.runtime.retirement.OwnTables;
import stagecoach.runtime.sql.Statements;

/** What the read side has of retired deployments; the feed of events is history and stays. */
@Singleton
class ReadSide implements OwnTables {
    private static final List<String> TABLES =
            List.of(
                    "step_row",
                    "acquisition_row",
                    "acquisition_link",
                    "deployment_warning",
                    "artifact",
                    "log_head");

    private static final String OUTPUT =
            """
            DELETE FROM log_chunk WHERE (ticket, chunk) IN (
                SELECT ticket, chunk FROM log_chunk WHERE deployment = ?1 ORDER BY last_seq LIMIT ?2)
            RETURNING ticket
            """;

    private static final String TICKETS =
            """
            DELETE FROM inbox WHERE handler = 'orchestrator-progress-agents' AND stream IN (
                SELECT 'ticket-' || ticket FROM step_row WHERE deployment = ?1 AND ticket IS NOT NULL
                UNION SELECT 'ticket-' || ticket FROM artifact WHERE deployment = ?1)
            """;

    @Override
    public int forget(Statements tx, String deployment, int rowsMax) {
        String[] tickets =
                tx.select(OUTPUT, deployment, rowsMax).stream()
                        .map(row -> row.text(0))
                        .distinct()
                        .toArray(String[]::new);
        if (tickets.length > 0) {
            tx.execute("DELETE FROM log_ticket WHERE ticket = ANY(?1)", (Object) tickets);
            return tickets.length;
        }
        int rows = tx.execute(TICKETS, deployment);
        for (String table : TABLES) {
            rows += tx.execute("DELETE FROM %s WHERE deployment = ?1".formatted(table), deployment);
        }
        return rows;
    }

    /** Nobody can publish them again. */
    @Override
    public void streamsGone(Statements tx, String[] streams) {
        tx.execute("DELETE FROM feed_seen WHERE stream = ANY(?1)", (Object) streams);
    }
}
