package stagecoach.gateway.app.listening;

import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.sql.SqlRow;
import stagecoach.trust.Thumbprint;
import stagecoach.vocabulary.identity.AgentId;

/**
 * The table {@code listening}. A process takes a machine before it dials it, and has it as long as
 * it lives and the connection stands; the number of the claim tells whether it still does.
 */
@Singleton
public class ListeningMachines {
    /**
     * A machine to dial.
     *
     * @param trusted the certificates that it may show
     * @param failures since a session with it lasted
     */
    public record Call(
            AgentId agent, String address, Set<Thumbprint> trusted, long claim, int failures) {
        /** Copies the certificates. */
        public Call {
            trusted = Set.copyOf(trusted);
        }
    }

    /** What a process has taken, as it is registered now. */
    public record Held(String address, boolean disabled, long claim) {}

    /** The thumbprint that a person registered for {@code agent}, if it listens. */
    public Optional<String> registered(Tx tx, AgentId agent) {
        return tx
                .select("SELECT registered FROM listening WHERE agent = ?1", agent.value())
                .stream()
                .map(row -> row.text(0))
                .findFirst();
    }

    /**
     * Keeps where a machine listens, which is dialled at once if nobody holds it.
     *
     * @param thumbprint what counts as registered
     */
    public void keep(Tx tx, AgentId agent, String address, String thumbprint, boolean disabled) {
        tx.execute(
                """
                INSERT INTO listening AS l (agent, address, registered, disabled)
                VALUES (?1, ?2, ?3, ?4)
                ON CONFLICT (agent) DO UPDATE SET address = excluded.address,
                    registered = excluded.registered, disabled = excluded.disabled,
                    failures = 0,
                    due_at = now()
                """,
                agent.value(),
                address,
                thumbprint,
                disabled);
    }

    /** Forgets a machine that is not dialled any more; false if it was not. */
    public boolean forget(Tx tx, AgentId agent) {
        return tx.execute("DELETE FROM listening WHERE agent = ?1", agent.value()) > 0;
    }

    /**
     * Takes machines whose time has come and that nobody holds, for {@code pod} to dial.
     *
     * @param silence how long a process may say nothing before what it holds is free; its lease may
     *     end before that
     */
    public List<Call> claim(Tx tx, UUID pod, Duration silence, int most) {
        List<Call> calls =
                tx
                        .select(
                                """
                                SELECT l.agent, l.address, l.claim + 1, l.failures,
                                    a.thumbprint, a.next_thumbprint
                                FROM listening l
                                JOIN agent a ON a.agent = l.agent AND a.thumbprint IS NOT NULL
                                LEFT JOIN session s ON s.agent = l.agent
                                WHERE NOT l.disabled
                                    AND (l.pod IS NOT NULL OR l.due_at <= now())
                                    AND (l.pod IS NULL OR NOT EXISTS (
                                        SELECT 1 FROM pod p WHERE p.pod = l.pod AND p.lease_until > now()
                                            AND (p.renewed_at IS NULL
                                                OR p.renewed_at > now() - ?2 * interval '1 second')))
                                    AND (s.pod IS NULL OR s.pod = ?1 OR NOT EXISTS (
                                        SELECT 1 FROM pod p WHERE p.pod = s.pod AND p.lease_until > now()
                                            AND (p.renewed_at IS NULL
                                                OR p.renewed_at > now() - ?2 * interval '1 second')))
                                ORDER BY l.due_at LIMIT ?3 FOR UPDATE OF l SKIP LOCKED
                                """,
                                pod,
                                silence.toMillis() / 1000.0,
                                most)
                        .stream()
                        .map(ListeningMachines::call)
                        .toList();
        if (!calls.isEmpty()) {
            tx.execute(
                    "UPDATE listening SET pod = ?1, claim = claim + 1 WHERE agent = ANY(CAST(?2 AS text[]))",
                    pod,
                    calls.stream().map(call -> call.agent().value()).toArray(String[]::new));
        }
        return calls;
    }

    private static Call call(SqlRow row) {
        Set<Thumbprint> trusted = new LinkedHashSet<>();
        trusted.add(new Thumbprint(row.text(4)));
        row.optionalText(5).map(Thumbprint::new).ifPresent(trusted::add);
        return new Call(
                new AgentId(row.text(0)), row.text(1), trusted, row.number(2), row.whole(3));
    }

    /** Whether a machine is still {@code pod}'s by this claim. */
    public boolean holds(Tx tx, UUID pod, AgentId agent, long claim) {
        return !tx.select(
                        "SELECT 1 FROM listening WHERE agent = ?1 AND pod = ?2 AND claim = ?3",
                        agent.value(),
                        pod,
                        claim)
                .isEmpty();
    }

    /** What {@code pod} has taken. */
    public Map<AgentId, Held> heldBy(Tx tx, UUID pod) {
        var held = new HashMap<AgentId, Held>();
        for (SqlRow row :
                tx.select(
                        "SELECT agent, address, disabled, claim FROM listening WHERE pod = ?1",
                        pod)) {
            held.put(new AgentId(row.text(0)), new Held(row.text(1), row.flag(2), row.number(3)));
        }
        return held;
    }

    /**
     * Gives a machine back, to be dialled by anyone after a pause; at once if it is registered
     * otherwise now than {@code address}. Nothing happens if somebody else has taken it.
     */
    public void release(
            Tx tx,
            UUID pod,
            AgentId agent,
            long claim,
            String address,
            int failures,
            Duration pause) {
        tx.execute(
                """
                UPDATE listening SET pod = NULL,
                    failures = CASE WHEN address = ?4 THEN ?5 ELSE 0 END,
                    due_at = CASE WHEN address = ?4
                        THEN now() + ?6 * interval '1 second' ELSE now() END
                WHERE agent = ?1 AND pod = ?2 AND claim = ?3
                """,
                agent.value(),
                pod,
                claim,
                address,
                failures,
                pause.toMillis() / 1000.0);
    }
}
