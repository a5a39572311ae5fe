package stagecoach.orchestrator.app.page.session;

import jakarta.inject.Singleton;
import java.time.Instant;
import stagecoach.runtime.retention.KeptForAWhile;
import stagecoach.runtime.sql.Statements;

/** Sessions whose time is over, and those whose API key is gone. */
@Singleton
class SessionsPast implements KeptForAWhile {
    private static final String FORGET =
            """
            DELETE FROM page_session WHERE id IN (
                SELECT s.id FROM page_session s
                WHERE s.ends_at <= ?1
                    OR NOT EXISTS (SELECT 1 FROM api_key k WHERE k.sha256 = s.key_sha256)
                LIMIT ?2 FOR UPDATE OF s SKIP LOCKED)
            """;

    @Override
    public String name() {
        return "sessions of pages that are over";
    }

    @Override
    public int forget(Statements tx, Instant now, int rowsMax) {
        return tx.execute(FORGET, now, rowsMax);
    }
}
