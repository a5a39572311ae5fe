package stagecoach.gateway.app.session;

import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import stagecoach.gateway.presence.Epoch;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.sql.SqlRow;
import stagecoach.vocabulary.identity.AgentId;

/**
 * The tables {@code session}, {@code pod} and {@code pod_taken}: whose connection is where, which
 * process lives, and which dead one was seen to.
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
     * @param renewedAt when it last said that it lives
     */
    record Silent(UUID pod, String member, Instant renewedAt) {}

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
                INSERT INTO pod (pod, member, renewed_at, lease_until)
                VALUES (?1, ?2, now(), now() + ?3 * interval '1 second')
                ON CONFLICT (pod) DO UPDATE
                SET renewed_at = excluded.renewed_at, lease_until = excluded.lease_until
                """,
                pod,
                member,
                seconds(lease));
    }

    /** {@code pod} stops now, and has left Kafka by itself. */
    void release(Tx tx, UUID pod) {
        tx.execute("UPDATE pod SET lease_until = now(), member = NULL WHERE pod = ?1", pod);
    }

    /** How long ago {@code pod} said that it lives, as others see it; empty if it never did. */
    Optional<Duration> age(Tx tx, UUID pod) {
        return tx
                .select(
                        "SELECT (extract(epoch FROM now() - renewed_at) * 1000)::bigint FROM pod WHERE pod = ?1",
                        pod)
                .stream()
                .flatMap(row -> row.optionalNumber(0).stream())
                .map(Duration::ofMillis)
                .findFirst();
    }

    /**
     * Processes that have not said for {@code most} that they live. Left out are those whose name
     * is {@code own}, or that of one who spoke later, as after a new start; those whose turn was
     * ended less than a minute ago; and those who are silent for a minute more: Kafka itself has
     * noticed. In one order for all, so that they can be claimed together.
     */
    List<Silent> silent(Tx tx, String own, Duration most) {
        return tx
                .select(
                        """
                        SELECT p.pod, p.member, p.renewed_at FROM pod p
                        WHERE p.renewed_at < now() - ?2 * interval '1 second'
                            AND p.renewed_at > now() - ?2 * interval '1 second' - interval '1 minute'
                            AND p.member <> ?1
                            AND NOT EXISTS (
                                SELECT 1 FROM pod o
                                WHERE o.member = p.member AND o.renewed_at > p.renewed_at)
                            AND NOT EXISTS (
                                SELECT 1 FROM pod_taken t
                                WHERE t.pod = p.pod AND t.taken_at >= now() - interval '1 minute')
                        ORDER BY p.pod
                        """,
                        own,
                        seconds(most))
                .stream()
                .map(row -> new Silent(row.uuid(0), row.text(1), row.instant(2)))
                .toList();
    }

    /**
     * Whether it is for the caller alone to end the turn of {@code silent}: not if it has spoken
     * since, nor if somebody has claimed it less than a minute ago.
     */
    boolean claim(Tx tx, Silent silent) {
        return tx.execute(
                        """
                        INSERT INTO pod_taken (pod, renewed_at, taken_at)
                        SELECT pod, renewed_at, now() FROM pod WHERE pod = ?1 AND renewed_at = ?2
                        ON CONFLICT (pod) DO UPDATE
                        SET renewed_at = excluded.renewed_at, taken_at = excluded.taken_at
                        WHERE pod_taken.taken_at < now() - interval '1 minute'
                        """,
                        silent.pod(),
                        silent.renewedAt())
                == 1;
    }

    /** A claim that came to nothing, so that it may be claimed again at once. */
    void unclaim(Tx tx, Silent silent) {
        tx.execute(
                "DELETE FROM pod_taken WHERE pod = ?1 AND renewed_at = ?2",
                silent.pod(),
                silent.renewedAt());
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
