package stagecoach.orchestrator.app.retention;

import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import stagecoach.contracts.channel.StreamRequest;
import stagecoach.contracts.channel.StreamRequest.DeploymentsRetired;
import stagecoach.contracts.channel.StreamRequest.StreamsRetired;
import stagecoach.decider.StreamId;
import stagecoach.runtime.retention.KeptForAWhile;
import stagecoach.runtime.retirement.Retirement;
import stagecoach.runtime.sql.SqlRow;
import stagecoach.runtime.sql.Statements;
import stagecoach.runtime.streams.RequestPublisher;
import stagecoach.vocabulary.identity.DeploymentId;

/**
 * Retires deployments that have ended long ago: never one that goes on or may be taken up, nor the
 * newest of a project in an environment, nor the last that succeeded there. The deployment itself
 * and its stream go in one transaction, so that it cannot be taken up meanwhile; all else, here and
 * in the other services, step by step after that.
 */
@Singleton
class DeploymentRetention implements KeptForAWhile {
    private static final int DEPLOYMENTS_AT_ONCE = 20;

    /** For as long as a topic may have their events, others are told again, each day. */
    private static final Duration TOLD_FOR = Duration.ofDays(31);

    private static final String OLD =
            """
            WITH ranked AS (
                SELECT id, number, state, ended_at,
                    row_number() OVER (PARTITION BY project, environment ORDER BY number DESC) AS place,
                    row_number() OVER (PARTITION BY project, environment, state ORDER BY number DESC)
                        AS place_of_state
                FROM deployment)
            SELECT r.id FROM ranked r
            WHERE r.ended_at < ?1 AND r.state IN ('SUCCEEDED', 'FAILED', 'CANCELLED') AND r.place > ?2
                AND NOT (r.state = 'SUCCEEDED' AND r.place_of_state = 1)
                AND NOT EXISTS (SELECT 1 FROM admission a WHERE a.deployment = r.id)
                AND NOT EXISTS (SELECT 1 FROM interruption i
                    WHERE i.deployment = r.id AND i.resolved_at IS NULL)
                AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.stream = 'deployment-' || r.id)
            ORDER BY r.number LIMIT ?3
            """;

    /** Whoever was taken up since it was looked for has no end any more, and stays. */
    private static final String RETIRE =
            """
            DELETE FROM deployment WHERE id = ANY(?1) AND ended_at < ?2
            RETURNING id, project, release, environment, state, plan_digest, number, ended_at
            """;

    private static final String TELL_AGAIN =
            """
            UPDATE retired SET announced_at = ?1 WHERE deployment IN (
                SELECT deployment FROM retired WHERE at > ?2 AND announced_at < ?3 LIMIT 200)
            RETURNING deployment
            """;

    private final RetentionSettings settings;
    private final Retirement retirement;
    private final RequestPublisher requests;

    DeploymentRetention(
            RetentionSettings settings, Retirement retirement, RequestPublisher requests) {
        this.settings = settings;
        this.retirement = retirement;
        this.requests = requests;
    }

    @Override
    public String name() {
        return "deployments";
    }

    @Override
    public int forget(Statements tx, Instant now, int rowsMax) {
        List<String> retired = retire(tx, now);
        List<StreamRequest> told = new ArrayList<>();
        if (!retired.isEmpty()) {
            told.add(new DeploymentsRetired(retired));
            told.add(
                    new StreamsRetired(retired.stream().map(DeploymentRetention::stream).toList()));
        }
        List<String> again =
                texts(
                        tx.select(
                                TELL_AGAIN,
                                now,
                                now.minus(TOLD_FOR),
                                now.minus(Duration.ofDays(1))));
        if (!again.isEmpty()) {
            told.add(new DeploymentsRetired(again));
        }
        if (!told.isEmpty()) {
            requests.send(told);
        }
        return retired.isEmpty() ? 0 : rowsMax;
    }

    /**
     * Retires some deployments.
     *
     * @return their ids
     */
    List<String> retire(Statements tx, Instant now) {
        var kept = settings.present(tx);
        Instant before = now.minus(Duration.ofDays(kept.deploymentDays()));
        List<String> old =
                texts(
                        tx.select(
                                OLD,
                                before,
                                kept.deploymentsPerEnvironment(),
                                DEPLOYMENTS_AT_ONCE));
        if (old.isEmpty()) {
            return List.of();
        }
        List<SqlRow> gone = tx.select(RETIRE, old.toArray(String[]::new), before);
        List<String> ids = texts(gone);
        for (var row : gone) {
            if (row.text(4).equals("SUCCEEDED")) {
                tx.execute(
                        """
                        INSERT INTO release_success (project, release, environment, number, ended_at)
                        SELECT project, version, CAST(?3 AS text), CAST(?4 AS bigint), CAST(?5 AS timestamptz)
                        FROM release WHERE project = ?1 AND version = ?2
                        ON CONFLICT (project, release, environment) DO UPDATE SET
                            number = greatest(release_success.number, excluded.number),
                            ended_at = greatest(release_success.ended_at, excluded.ended_at)""",
                        row.text(1),
                        row.text(2),
                        row.text(3),
                        row.number(6),
                        row.instant(7));
            }
        }
        Object names = ids.toArray(String[]::new);
        retirement.deleteStreams(tx, ids.stream().map(DeploymentRetention::stream).toList());
        tx.execute("DELETE FROM deployment_phase WHERE deployment = ANY(?1)", names);
        tx.execute("DELETE FROM interruption WHERE deployment = ANY(?1)", names);
        tx.execute(
                """
                DELETE FROM plan p WHERE p.digest = ANY(?1)
                    AND NOT EXISTS (SELECT 1 FROM deployment d WHERE d.plan_digest = p.digest)
                    AND NOT EXISTS (SELECT 1 FROM release r WHERE r.snapshot_digest = p.digest)""",
                (Object) gone.stream().map(row -> row.text(5)).distinct().toArray(String[]::new));
        retirement.retire(tx, ids);
        tx.execute("UPDATE retired SET announced_at = ?2 WHERE deployment = ANY(?1)", names, now);
        return ids;
    }

    private static String stream(String deployment) {
        return StreamId.of("deployment", new DeploymentId(deployment)).value();
    }

    private static List<String> texts(List<SqlRow> rows) {
        return rows.stream().map(row -> row.text(0)).toList();
    }
}
