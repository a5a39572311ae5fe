package stagecoach.gateway.app.enrolment;

import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import stagecoach.contracts.agent.AgentReport.AgentHealth;
import stagecoach.gateway.presence.AgentState.Trusted;
import stagecoach.gateway.presence.Health;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.sql.SqlRow;
import stagecoach.trust.Thumbprint;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.wire.StagecoachJson;

/** The table of agents: whose thumbprint is trusted as whom. */
@Singleton
public class Agents {
    private static final String ROWS =
            """
            SELECT a.agent, a.thumbprint, a.enrolled_at, a.revoked_at, a.health, a.health_reason,
                a.health_at, a.version,
                CASE WHEN s.seen_at IS NULL
                        OR (a.health IN ('HEALTHY', 'UNHEALTHY') AND s.seen_at <= a.health_at)
                    THEN a.free_disk_bytes ELSE s.free_disk_bytes END,
                array_to_string(a.capabilities, ' '),
                GREATEST(s.seen_at,
                    CASE WHEN a.health IN ('HEALTHY', 'UNHEALTHY') THEN a.health_at END),
                array_to_string(a.gateways, ' ')
            FROM agent a
            LEFT JOIN agent_seen s ON s.agent = a.agent AND s.seen_at > a.enrolled_at
            """;

    /**
     * A row.
     *
     * @param thumbprint empty once it is revoked
     * @param health with the room on its disk as it was told last, also between two events
     * @param lastSeenAt to within a minute; empty if it has not connected since it was enrolled
     * @param gateways which of our own certificates it trusts; empty before it has said so
     */
    public record Row(
            AgentId agent,
            Optional<String> thumbprint,
            Instant enrolledAt,
            Optional<Instant> revokedAt,
            Health health,
            Instant healthAt,
            Optional<Instant> lastSeenAt,
            Optional<List<String>> gateways) {}

    /** A machine that is connected: when it was heard last, and the room on its disk. */
    public record Seen(AgentId agent, Instant at, long freeDiskBytes) {}

    /** Keeps what is worth no event; what was seen later stays. */
    public void keepSeen(Tx tx, List<Seen> seen) {
        tx.execute(
                """
                INSERT INTO agent_seen AS s (agent, seen_at, free_disk_bytes)
                SELECT w.agent, timestamptz 'epoch' + w.millis * interval '1 millisecond', w.free
                FROM unnest(CAST(?1 AS text[]), CAST(?2 AS bigint[]), CAST(?3 AS bigint[]))
                    AS w (agent, millis, free)
                ORDER BY w.agent
                ON CONFLICT (agent) DO UPDATE SET seen_at = excluded.seen_at,
                    free_disk_bytes = excluded.free_disk_bytes
                WHERE s.seen_at < excluded.seen_at
                """,
                seen.stream().map(each -> each.agent().value()).toArray(String[]::new),
                seen.stream().map(each -> each.at().toEpochMilli()).toArray(Long[]::new),
                seen.stream().map(Seen::freeDiskBytes).toArray(Long[]::new));
    }

    /** Who is trusted with this certificate. */
    public Optional<AgentId> trusted(Tx tx, Thumbprint thumbprint) {
        return tx
                .select(
                        "SELECT agent FROM agent WHERE thumbprint = ?1 OR (next_thumbprint = ?1 AND thumbprint IS NOT NULL)",
                        thumbprint.value())
                .stream()
                .findFirst()
                .map(row -> new AgentId(row.text(0)));
    }

    /**
     * Whose certificate it is, or was.
     *
     * @param still whether that agent is trusted with it
     */
    record Holder(AgentId agent, boolean still) {}

    /** Whose certificates these are or were, by thumbprint; those of strangers are left out. */
    Map<String, Holder> holders(Tx tx, Collection<Thumbprint> thumbprints) {
        return tx
                .select(
                        """
                        SELECT thumbprint, agent, false FROM former_certificate
                            WHERE thumbprint = ANY(CAST(?1 AS text[]))
                        UNION ALL
                        SELECT thumbprint, agent, true FROM agent
                            WHERE thumbprint = ANY(CAST(?1 AS text[]))
                        UNION ALL
                        SELECT next_thumbprint, agent, true FROM agent
                            WHERE next_thumbprint = ANY(CAST(?1 AS text[]))
                                AND thumbprint IS NOT NULL
                        """,
                        (Object) thumbprints.stream().map(Thumbprint::value).toArray(String[]::new))
                .stream()
                .collect(
                        Collectors.toMap(
                                row -> row.text(0),
                                row -> new Holder(new AgentId(row.text(1)), row.flag(2)),
                                (one, other) -> one.still() ? one : other));
    }

    /** Whether {@code agent} is trusted with just this certificate. */
    public boolean isTrusted(Tx tx, AgentId agent, Thumbprint thumbprint) {
        return trusted(tx, thumbprint).filter(agent::equals).isPresent();
    }

    /** Whether {@code agent} has announced this certificate, and not shown it yet. */
    public boolean isNext(Tx tx, AgentId agent, Thumbprint thumbprint) {
        return !tx.select(
                        "SELECT 1 FROM agent WHERE agent = ?1 AND next_thumbprint = ?2",
                        agent.value(),
                        thumbprint.value())
                .isEmpty();
    }

    /**
     * Whether {@code agent} was trusted with this certificate once and is no more, since it was
     * renewed, replaced or revoked.
     */
    boolean isFormer(Tx tx, AgentId agent, Thumbprint thumbprint) {
        return !tx.select(
                        "SELECT 1 FROM former_certificate WHERE agent = ?1 AND thumbprint = ?2 AND NOT free",
                        agent.value(),
                        thumbprint.value())
                .isEmpty();
    }

    /** Whether the former certificates of {@code agent} may be registered for it again. */
    void freeFormer(Tx tx, AgentId agent, boolean free) {
        tx.execute("UPDATE former_certificate SET free = ?2 WHERE agent = ?1", agent.value(), free);
    }

    /** Notes the present certificate, and the announced one, as former ones, but what stays. */
    private static void retire(Tx tx, AgentId agent, String next) {
        tx.execute(
                """
                INSERT INTO former_certificate (agent, thumbprint)
                SELECT DISTINCT a.agent, t.thumbprint FROM agent a
                CROSS JOIN LATERAL (VALUES (a.thumbprint), (a.next_thumbprint)) AS t (thumbprint)
                WHERE a.agent = ?1 AND a.thumbprint IS NOT NULL AND t.thumbprint <> ?2
                ON CONFLICT (agent, thumbprint) DO UPDATE SET free = false
                """,
                agent.value(),
                next);
    }

    /**
     * Trusts, beside the present one, the certificate that the agent has announced; in place of one
     * that it had announced before.
     *
     * @return false if it is that of somebody else
     */
    public boolean announce(Tx tx, AgentId agent, Thumbprint next) {
        if (trusted(tx, next).filter(holder -> !holder.equals(agent)).isPresent()) {
            return false;
        }
        // One that was announced before is given up for it.
        tx.execute(
                """
                INSERT INTO former_certificate (agent, thumbprint)
                SELECT agent, next_thumbprint FROM agent
                WHERE agent = ?1 AND thumbprint IS NOT NULL
                    AND next_thumbprint <> ?2 AND next_thumbprint <> thumbprint
                ON CONFLICT (agent, thumbprint) DO UPDATE SET free = false
                """,
                agent.value(),
                next.value());
        tx.execute(
                "UPDATE agent SET next_thumbprint = ?2 WHERE agent = ?1 AND thumbprint <> ?2",
                agent.value(),
                next.value());
        return true;
    }

    /** One agent, also a revoked one. */
    public Optional<Row> find(Tx tx, AgentId agent) {
        return tx.select(ROWS + "WHERE a.agent = ?1", agent.value()).stream()
                .findFirst()
                .map(Agents::row);
    }

    /** Agents by id, behind {@code after}, at most {@code limit}. */
    public List<Row> page(Tx tx, String after, int limit) {
        return tx
                .select(ROWS + "WHERE a.agent > ?1 ORDER BY a.agent LIMIT ?2", after, limit)
                .stream()
                .map(Agents::row)
                .toList();
    }

    void keepTrusted(Tx tx, Trusted trusted, Instant at) {
        Health health = trusted.health();
        retire(tx, trusted.agent(), trusted.thumbprint());
        tx.execute(
                """
                INSERT INTO agent (agent, thumbprint, document, enrolled_at, revoked_at,
                    health, health_reason, health_at, version, free_disk_bytes, capabilities)
                VALUES (?1, ?2, ?3, ?4, NULL, ?5, ?6, ?4, ?7, ?8, ?9)
                ON CONFLICT (agent) DO UPDATE SET thumbprint = excluded.thumbprint,
                    next_thumbprint = NULL, gateways = NULL,
                    document = excluded.document, enrolled_at = excluded.enrolled_at,
                    revoked_at = NULL, health = excluded.health,
                    health_reason = excluded.health_reason, health_at = excluded.health_at,
                    version = excluded.version, free_disk_bytes = excluded.free_disk_bytes,
                    capabilities = excluded.capabilities
                """,
                trusted.agent().value(),
                trusted.thumbprint(),
                StagecoachJson.text(trusted.document()),
                at,
                health.state().name(),
                health.reason(),
                health.version().orElse(null),
                health.freeDiskBytes().orElse(null),
                health.capabilities().toArray(String[]::new));
    }

    void keepHealth(Tx tx, Trusted trusted, Instant at) {
        Health health = trusted.health();
        tx.execute(
                """
                UPDATE agent SET health = ?2, health_reason = ?3,
                    health_at = CASE WHEN health = ?2 AND health_reason = ?3 THEN health_at ELSE ?4 END,
                    version = ?5, free_disk_bytes = ?6, capabilities = ?7
                WHERE agent = ?1
                """,
                trusted.agent().value(),
                health.state().name(),
                health.reason(),
                at,
                health.version().orElse(null),
                health.freeDiskBytes().orElse(null),
                health.capabilities().toArray(String[]::new));
    }

    /** Which of our own certificates it trusts, as it says. */
    public void keepGateways(Tx tx, AgentId agent, List<Thumbprint> gateways) {
        tx.execute(
                """
                UPDATE agent SET gateways = CAST(?2 AS text[])
                WHERE agent = ?1 AND gateways IS DISTINCT FROM CAST(?2 AS text[])
                """,
                agent.value(),
                gateways.stream().map(Thumbprint::value).toArray(String[]::new));
    }

    void keepRenewed(Tx tx, Trusted trusted) {
        retire(tx, trusted.agent(), trusted.thumbprint());
        tx.execute(
                "UPDATE agent SET thumbprint = ?2, next_thumbprint = NULL WHERE agent = ?1",
                trusted.agent().value(),
                trusted.thumbprint());
    }

    void keepRevoked(Tx tx, AgentId agent, Instant at) {
        retire(tx, agent, "");
        tx.execute(
                "UPDATE agent SET thumbprint = NULL, next_thumbprint = NULL, revoked_at = ?2, health = 'UNKNOWN', health_reason = 'It is revoked.', health_at = ?2 WHERE agent = ?1",
                agent.value(),
                at);
    }

    private static Row row(SqlRow row) {
        String capabilities = row.text(9);
        return new Row(
                new AgentId(row.text(0)),
                row.optionalText(1),
                row.instant(2),
                row.optionalInstant(3),
                new Health(
                        AgentHealth.valueOf(row.text(4)),
                        row.text(5),
                        row.optionalText(7),
                        row.optionalNumber(8),
                        capabilities.isEmpty() ? List.of() : List.of(capabilities.split(" ", -1))),
                row.instant(6),
                row.optionalInstant(10),
                row.optionalText(11).map(text -> List.of(text.split(" ", -1))));
    }
}
