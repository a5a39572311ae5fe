package stagecoach.gateway.app.session;

import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import stagecoach.gateway.presence.Epoch;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.sql.SqlRow;
import stagecoach.vocabulary.identity.AgentId;

/**
 * The tables {@code session} and {@code pod}: whose connection is where, and which process lives.
 */
@Singleton
class SessionStore {
    /**
     * A session as the table has it.
     *
     * @param settled whether it is old enough that its process must know it
     */
    record Row(AgentId agent, Epoch epoch, UUID pod, boolean settled) {}

    /**
     * A process that says nothing.
     *
     * @param member what it is called among those who read from Kafka
     * @param leaseUntil tells its silences apart
     */
    record Silent(UUID pod, String member, Instant leaseUntil) {}

    /** Begins a session: its epoch is higher than all before; the row stays locked. */
    Epoch open(Tx tx, AgentId agent, UUID pod) {
        tx.execute(
                """
                INSERT INTO session (agent, epoch, pod, connected_at) VALUES (?1, 1, ?2, now())
                ON CONFLICT (agent) DO UPDATE
                SET epoch = session.epoch + 1, pod = excluded.pod, connected_at = now()
                """,
                agent.value(),
                pod);
        return new Epoch(
                tx.select("SELECT epoch FROM session WHERE agent = ?1", agent.value())
                        .getFirst()
                        .number(0));
    }

    /**
     * Begins it above what its tentacle has obeyed, which these tables have forgotten if they were
     * set back.
     */
    Epoch above(Tx tx, AgentId agent, Epoch own, long seen) {
        if (seen < own.value()) {
            return own;
        }
        tx.execute("UPDATE session SET epoch = ?2 WHERE agent = ?1", agent.value(), seen + 1);
        return new Epoch(seen + 1);
    }

    /** Keeps a session the newest one until the transaction ends; false if it is not. */
    boolean hold(Tx tx, AgentId agent, Epoch epoch, UUID pod) {
        return !tx.select(
                        "SELECT 1 FROM session WHERE agent = ?1 AND epoch = ?2 AND pod = ?3 FOR SHARE",
                        agent.value(),
                        epoch.value(),
                        pod)
                .isEmpty();
    }

    /**
     * The same for several sessions of a process. Those that are not are left out, and so are those
     * that somebody changes just now: one must not keep the others waiting.
     */
    Set<AgentId> hold(Tx tx, Map<AgentId, Epoch> sessions, UUID pod) {
        var order = List.copyOf(sessions.keySet());
        return tx
                .select(
                        """
                        SELECT s.agent FROM session s
                        JOIN unnest(?1::text[], ?2::bigint[]) AS w (agent, epoch)
                            ON w.agent = s.agent AND w.epoch = s.epoch
                        WHERE s.pod = ?3 FOR SHARE OF s SKIP LOCKED
                        """,
                        order.stream().map(AgentId::value).toArray(String[]::new),
                        order.stream()
                                .map(agent -> Objects.requireNonNull(sessions.get(agent)).value())
                                .toArray(Long[]::new),
                        pod)
                .stream()
                .map(row -> new AgentId(row.text(0)))
                .collect(Collectors.toSet());
    }

    /** Ends a session; false if a later one has begun, or someone else ended it. */
    boolean close(Tx tx, AgentId agent, Epoch epoch, UUID pod) {
        return tx.execute(
                        "UPDATE session SET pod = NULL, lost_at = now() WHERE agent = ?1 AND epoch = ?2 AND pod = ?3",
                        agent.value(),
                        epoch.value(),
                        pod)
                == 1;
    }

    /** Ends whatever session there is; whoever holds it is behind from now on. */
    void supersede(Tx tx, AgentId agent) {
        tx.execute(
                "UPDATE session SET epoch = epoch + 1, pod = NULL, lost_at = now() WHERE agent = ?1",
                agent.value());
    }

    /** The sessions that {@code pod} holds. */
    Map<AgentId, Row> heldBy(Tx tx, UUID pod) {
        var held = new HashMap<AgentId, Row>();
        for (Row row :
                rows(
                        tx.select(
                                "SELECT agent, epoch, pod, connected_at < now() - interval '30 seconds' FROM session WHERE pod = ?1",
                                pod))) {
            held.put(row.agent(), row);
        }
        return held;
    }

    /** Sessions of processes whose lease ran out more than {@code grace} ago. */
    List<Row> orphans(Tx tx, Duration grace, int limit) {
        return rows(
                tx.select(
                        """
                        SELECT s.agent, s.epoch, s.pod, true
                        FROM session s LEFT JOIN pod p ON p.pod = s.pod
                        WHERE s.pod IS NOT NULL
                            AND (p.pod IS NULL OR p.lease_until + ?1 * interval '1 second' < now())
                        LIMIT ?2
                        """,
                        seconds(grace),
                        limit));
    }

    /** Agents of {@code pod} for which something waits. */
    List<AgentId> wanted(Tx tx, UUID pod) {
        return tx
                .select(
                        """
                        SELECT DISTINCT c.agent FROM command c JOIN session s ON s.agent = c.agent
                        WHERE c.waiting AND s.pod = ?1
                        """,
                        pod)
                .stream()
                .map(row -> new AgentId(row.text(0)))
                .toList();
    }

    /** {@code pod} lives for {@code lease} from now, and reads from Kafka as {@code member}. */
    void renew(Tx tx, UUID pod, String member, Duration lease) {
        tx.execute(
                """
                INSERT INTO pod (pod, member, lease_until)
                VALUES (?1, ?2, now() + ?3 * interval '1 second')
                ON CONFLICT (pod) DO UPDATE SET lease_until = excluded.lease_until
                """,
                pod,
                member,
                seconds(lease));
    }

    /** {@code pod} stops now, and has left Kafka by itself. */
    void release(Tx tx, UUID pod) {
        tx.execute("UPDATE pod SET lease_until = now(), member = NULL WHERE pod = ?1", pod);
    }

    /**
     * Processes that have not renewed their lease of {@code lease} for {@code most}, and were not
     * begun anew under their name since. What was silent a minute ago is left out: Kafka itself has
     * noticed.
     */
    Set<Silent> silent(Tx tx, Duration lease, Duration most) {
        return tx
                .select(
                        """
                        SELECT p.pod, p.member, p.lease_until FROM pod p
                        WHERE p.lease_until < now() + ?1 * interval '1 second'
                            AND p.lease_until > now() - interval '1 minute'
                            AND p.member IS NOT NULL
                            AND NOT EXISTS (
                                SELECT 1 FROM pod o WHERE o.member = p.member
                                    AND o.lease_until >= now() + ?1 * interval '1 second')
                        """,
                        seconds(lease.minus(most)))
                .stream()
                .map(row -> new Silent(row.uuid(0), row.text(1), row.instant(2)))
                .collect(Collectors.toSet());
    }

    /** Whether processes besides {@code pod} live. */
    boolean othersLive(Tx tx, UUID pod) {
        return !tx.select("SELECT 1 FROM pod WHERE pod <> ?1 AND lease_until > now() LIMIT 1", pod)
                .isEmpty();
    }

    /** Forgets processes that stopped a day ago and left nothing behind. */
    void forgetPods(Tx tx) {
        tx.execute(
                """
                DELETE FROM pod p WHERE lease_until < now() - interval '1 day'
                    AND NOT EXISTS (SELECT 1 FROM session s WHERE s.pod = p.pod)
                """);
    }

    private static List<Row> rows(List<SqlRow> rows) {
        return rows.stream()
                .map(
                        row ->
                                new Row(
                                        new AgentId(row.text(0)),
                                        new Epoch(row.number(1)),
                                        row.uuid(2),
                                        row.flag(3)))
                .toList();
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / 1000.0;
    }
}
