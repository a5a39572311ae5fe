package stagecoach.packages.app.artifact;

import io.quarkus.logging.Log;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import stagecoach.runtime.retention.KeptForAWhile;
import stagecoach.runtime.sql.Statements;
import stagecoach.vocabulary.packages.Sha512;

/**
 * Deletes the bytes of collected files that nobody means any more, behind the rows that meant them
 * and apart from these: a file that cannot be deleted keeps no deployment from being retired.
 */
@Singleton
public class LeftBytes implements KeptForAWhile {
    private static final int AT_ONCE = 100;

    private static final Duration AGAIN_AFTER = Duration.ofHours(1);

    private final ArtifactStore store;

    LeftBytes(ArtifactStore store) {
        this.store = store;
    }

    @Override
    public String name() {
        return "bytes of collected files";
    }

    @Override
    public int forget(Statements tx, Instant now, int rowsMax) {
        int max = Math.min(AT_ONCE, rowsMax);
        // In one order, so that of two who do this none waits for the other in a circle.
        List<Sha512> left =
                tx
                        .select(
                                """
                                SELECT sha512 FROM artifact_left WHERE failed_at IS NULL OR failed_at < ?1
                                ORDER BY sha512 LIMIT ?2""",
                                now.minus(AGAIN_AFTER),
                                max)
                        .stream()
                        .map(row -> new Sha512(row.text(0)))
                        .toList();
        var done = new ArrayList<String>();
        for (Sha512 sha512 : left) {
            if (isDone(tx, sha512)) {
                done.add(sha512.value());
            } else {
                tx.execute(
                        "UPDATE artifact_left SET failed_at = ?2 WHERE sha512 = ?1",
                        sha512.value(),
                        now);
            }
        }
        tx.execute(
                "DELETE FROM artifact_left WHERE sha512 = ANY(?1)",
                (Object) done.toArray(String[]::new));
        return left.size() == max ? rowsMax : left.size();
    }

    private boolean isDone(Statements tx, Sha512 sha512) {
        try {
            store.deleteUnlessMeant(tx, sha512);
            return true;
        } catch (IOException e) {
            Log.warnf(
                    e,
                    "A collected file that nobody needs any more could not be deleted; it is tried again in an hour. sha512=%s",
                    sha512.hex());
            return false;
        }
    }
}
