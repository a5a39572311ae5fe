package stagecoach.gateway.app.mailbox;

import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import stagecoach.contracts.acquisition.Source;
import stagecoach.contracts.agent.AgentCommand;
import stagecoach.contracts.agent.AgentCommand.AcquirePackage;
import stagecoach.contracts.agent.CommandResult;
import stagecoach.contracts.agent.StopBounds;
import stagecoach.gateway.command.Cancellation;
import stagecoach.gateway.command.Mail;
import stagecoach.gateway.command.Stage;
import stagecoach.gateway.command.Stage.Ended;
import stagecoach.gateway.command.Stage.Pending;
import stagecoach.gateway.command.Stage.Sent;
import stagecoach.gateway.command.Stage.Started;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.sql.SqlRow;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.identity.Ticket;
import stagecoach.vocabulary.packages.Sha512;
import stagecoach.wire.StagecoachJson;

/** The table {@code command}. Deciding is left to {@link Mail}, reporting to {@link Mailbox}. */
@Singleton
public class MailboxStore {
    private static final String SELECT =
            "SELECT c.ticket, c.version, c.command, c.state, c.cancel_at, c.kill_after, c.abandon_after, c.result, c.truth_open, c.since FROM command c ";

    /** Inserts those that are not there yet, in this order, as one statement. */
    void insertNew(Tx tx, List<StoredMail> mails) {
        if (mails.isEmpty()) {
            return;
        }
        var rows = new ArrayList<Map<String, Object>>();
        for (StoredMail stored : mails) {
            var row = new LinkedHashMap<String, Object>();
            row.put("n", rows.size());
            row.put("ticket", stored.ticket());
            row.put("agent", stored.mail().agent());
            row.put("kind", stored.command().getClass().getSimpleName());
            row.put("command", StagecoachJson.text(stored.command()));
            row.put("sha512", readableThroughUs(stored.command()));
            row.put("expires_at", stored.mail().limits().expiresAt());
            row.put("since", stored.mail().since());
            row.put("due_at", stored.mail().dueAt());
            rows.add(row);
        }
        tx.execute(
                """
                INSERT INTO command (ticket, agent, kind, command, sha512, state, version, waiting,
                    expires_at, since, due_at)
                SELECT ticket, agent, kind, command, sha512, 'PENDING', 1, true,
                    expires_at, since, due_at
                FROM jsonb_to_recordset(cast(cast(?1 AS text) AS jsonb)) AS r(n int, ticket uuid, agent text,
                    kind text, command text, sha512 text, expires_at timestamptz,
                    since timestamptz, due_at timestamptz)
                ORDER BY n
                ON CONFLICT (ticket) DO NOTHING
                """,
                StagecoachJson.text(rows));
    }

    /** Inserts a command that ends as it comes; false if its ticket is known already. */
    boolean insertEnded(Tx tx, AgentCommand command, Mail ended, Instant now) {
        if (!(ended.stage() instanceof Ended(var result, var truthOpen))) {
            throw new IllegalArgumentException("a tombstone has ended");
        }
        return tx.execute(
                        """
                        INSERT INTO command (ticket, agent, kind, command, state, version, waiting,
                            expires_at, result, truth_open, ended_at)
                        VALUES (?1, ?2, ?3, ?4, 'ENDED', 1, false, ?5, ?6, ?7, ?8)
                        ON CONFLICT (ticket) DO NOTHING
                        """,
                        ended.ticket().value(),
                        ended.agent().value(),
                        command.getClass().getSimpleName(),
                        StagecoachJson.text(command),
                        ended.limits().expiresAt(),
                        StagecoachJson.text(result),
                        truthOpen,
                        now)
                == 1;
    }

    Optional<StoredMail> find(Tx tx, Ticket ticket) {
        return read(tx.select(SELECT + "WHERE c.ticket = ?1", ticket.value())).stream().findFirst();
    }

    List<StoredMail> find(Tx tx, Collection<Ticket> tickets) {
        UUID[] ids = tickets.stream().map(Ticket::value).toArray(UUID[]::new);
        return read(tx.select(SELECT + "WHERE c.ticket = ANY(?1) ORDER BY c.seq", (Object) ids));
    }

    /** Everything of an agent that has not ended, oldest first. */
    List<StoredMail> open(Tx tx, AgentId agent) {
        return read(
                tx.select(
                        SELECT + "WHERE c.agent = ?1 AND c.state <> 'ENDED' ORDER BY c.seq",
                        agent.value()));
    }

    /** What the agents' sessions have something to say about, oldest first. */
    List<StoredMail> waiting(Tx tx, Set<AgentId> agents, int limitEach) {
        return read(
                tx.select(
                        "SELECT c.* FROM unnest(?1::text[]) AS a (agent) CROSS JOIN LATERAL ("
                                + SELECT
                                + "WHERE c.agent = a.agent AND c.waiting ORDER BY c.seq LIMIT ?2) AS c",
                        ids(agents),
                        limitEach));
    }

    /** Commands for which the time has come, the longest due first. */
    List<Ticket> due(Tx tx, Instant now, int limit) {
        return tx
                .select(
                        "SELECT ticket FROM command WHERE due_at <= ?1 ORDER BY due_at LIMIT ?2",
                        now,
                        limit)
                .stream()
                .map(row -> new Ticket(row.uuid(0)))
                .toList();
    }

    /**
     * Since when a command's tentacle is not connected, {@code upSince} at the earliest; empty if
     * it is. Until the transaction ends it cannot connect.
     */
    Optional<Instant> awaySince(Tx tx, Ticket ticket, Instant upSince) {
        var sessions =
                tx.select(
                        """
                        SELECT s.pod IS NOT NULL, greatest(coalesce(s.lost_at, ?2), ?2)
                        FROM session s
                        WHERE s.agent = (SELECT agent FROM command WHERE ticket = ?1)
                        FOR SHARE
                        """,
                        ticket.value(),
                        upSince);
        if (sessions.isEmpty()) {
            return Optional.of(upSince);
        }
        var session = sessions.getFirst();
        return session.flag(0) ? Optional.empty() : Optional.of(session.instant(1));
    }

    /**
     * Puts off what is at machines that are connected: how long it takes is their own business. One
     * statement for all, since on a busy day these are many.
     */
    void passOverConnected(Tx tx, Instant now, Instant lookAgainAt) {
        tx.execute(
                """
                UPDATE command c SET due_at = ?2 FROM session s
                WHERE s.agent = c.agent AND s.pod IS NOT NULL AND c.due_at <= ?1
                    AND c.state IN ('SENT', 'STARTED') AND c.cancel_at IS NULL
                """,
                now,
                lookAgainAt);
    }

    /** Whether the agent's session has something to say about a command. */
    enum ToSay {
        SOMETHING,
        NOTHING,
        /** As before: a cancel that was not said yet must not be forgotten over a beginning. */
        AS_BEFORE
    }

    /**
     * What is written over a row.
     *
     * @param sentIn the epoch of the session that it is sent in, if it is
     */
    record Replacement(StoredMail read, Mail after, ToSay toSay, OptionalLong sentIn) {}

    /**
     * Writes over rows that have not changed since they were read, as one statement.
     *
     * @return those that had not
     */
    Set<Ticket> replace(Tx tx, List<Replacement> replacements, Instant now) {
        if (replacements.isEmpty()) {
            return Set.of();
        }
        var rows = replacements.stream().map(MailboxStore::row).toList();
        return tx
                .select(
                        """
                        UPDATE command c SET state = r.state, version = c.version + 1,
                            waiting = coalesce(r.waiting, c.waiting),
                            session_epoch = coalesce(r.sent_in, c.session_epoch),
                            cancel_at = r.cancel_at, kill_after = r.kill_after,
                            abandon_after = r.abandon_after, due_at = r.due_at,
                            result = r.result, truth_open = r.truth_open, since = r.since,
                            ended_at = CASE WHEN r.state = 'ENDED' THEN coalesce(c.ended_at, ?2) END
                        FROM jsonb_to_recordset(cast(cast(?1 AS text) AS jsonb)) AS r(ticket uuid,
                            version int, state text, waiting boolean, sent_in bigint,
                            cancel_at timestamptz, kill_after text, abandon_after text,
                            due_at timestamptz, result text, truth_open boolean,
                            since timestamptz)
                        WHERE c.ticket = r.ticket AND c.version = r.version
                        RETURNING c.ticket
                        """,
                        StagecoachJson.text(rows),
                        now)
                .stream()
                .map(row -> new Ticket(row.uuid(0)))
                .collect(Collectors.toSet());
    }

    private static Map<String, Object> row(Replacement replacement) {
        Mail after = replacement.after();
        Optional<Cancellation> cancellation = after.cancellation();
        Optional<Ended> end =
                after.stage() instanceof Ended ended ? Optional.of(ended) : Optional.empty();
        var row = new LinkedHashMap<String, Object>();
        row.put("ticket", replacement.read().ticket());
        row.put("version", replacement.read().version());
        row.put("state", stateOf(after.stage()));
        row.put("waiting", waiting(end.isPresent() ? ToSay.NOTHING : replacement.toSay()));
        row.put("sent_in", replacement.sentIn());
        row.put("cancel_at", cancellation.map(Cancellation::at));
        row.put("kill_after", cancellation.map(c -> c.bounds().killAfter().toString()));
        row.put("abandon_after", cancellation.map(c -> c.bounds().abandonAfter().toString()));
        row.put("due_at", after.dueAt());
        row.put("since", after.since());
        row.put("result", end.map(ended -> StagecoachJson.text(ended.result())));
        row.put("truth_open", end.map(Ended::truthOpen).orElse(false));
        return row;
    }

    /** What was said is remembered as said; false if the row has changed since it was read. */
    boolean said(Tx tx, StoredMail read, long epoch) {
        return tx.execute(
                        "UPDATE command SET waiting = false, session_epoch = ?3, version = version + 1 WHERE ticket = ?1 AND version = ?2",
                        read.ticket().value(),
                        read.version(),
                        epoch)
                == 1;
    }

    /** Nothing could be done yet about a command: it is looked at again in time. */
    void lookAgain(Tx tx, Ticket ticket, Optional<Instant> awaySince, Instant now, Duration usual) {
        find(tx, ticket)
                .map(stored -> stored.mail().lookAgainAt(now, awaySince, usual))
                .ifPresent(
                        at ->
                                tx.execute(
                                        "UPDATE command SET due_at = ?2 WHERE ticket = ?1 AND state <> 'ENDED'",
                                        ticket.value(),
                                        at));
    }

    /** Those of {@code agents} that nobody is trusted as. */
    Set<AgentId> untrusted(Tx tx, Set<AgentId> agents) {
        var untrusted = new HashSet<>(agents);
        for (var row :
                tx.select(
                        "SELECT agent FROM agent WHERE agent = ANY(?1) AND thumbprint IS NOT NULL",
                        ids(agents))) {
            untrusted.remove(new AgentId(row.text(0)));
        }
        return untrusted;
    }

    /** Whether an agent may read these bytes now, for an acquisition that it was sent. */
    boolean mayRead(Tx tx, AgentId agent, Sha512 sha512) {
        return !tx.select(
                        "SELECT 1 FROM command WHERE agent = ?1 AND sha512 = ?2 AND state IN ('SENT', 'STARTED') LIMIT 1",
                        agent.value(),
                        sha512.value())
                .isEmpty();
    }

    /** Whether an agent has, or lately had, an acquisition that lets it read these bytes. */
    boolean mightRead(Tx tx, AgentId agent, Sha512 sha512) {
        return !tx.select(
                        "SELECT 1 FROM command WHERE agent = ?1 AND sha512 = ?2 LIMIT 1",
                        agent.value(),
                        sha512.value())
                .isEmpty();
    }

    int forgetEnded(Tx tx, Instant before) {
        return tx.execute("DELETE FROM command WHERE state = 'ENDED' AND ended_at < ?1", before);
    }

    /** Only an acquisition whose route ends at the server lets its tentacle read here. */
    private static Optional<String> readableThroughUs(AgentCommand command) {
        return command instanceof AcquirePackage acquire
                        && acquire.sources().stream().anyMatch(Source.Server.class::isInstance)
                ? Optional.of(acquire.pin().sha512().value())
                : Optional.empty();
    }

    private static Object ids(Set<AgentId> agents) {
        return agents.stream().map(AgentId::value).toArray(String[]::new);
    }

    private static Optional<Boolean> waiting(ToSay toSay) {
        return switch (toSay) {
            case SOMETHING -> Optional.of(true);
            case NOTHING -> Optional.of(false);
            case AS_BEFORE -> Optional.empty();
        };
    }

    private static String stateOf(Stage stage) {
        return switch (stage) {
            case Pending _ -> "PENDING";
            case Sent _ -> "SENT";
            case Started _ -> "STARTED";
            case Ended _ -> "ENDED";
        };
    }

    private static List<StoredMail> read(List<SqlRow> rows) {
        return rows.stream().map(MailboxStore::read).toList();
    }

    private static StoredMail read(SqlRow row) {
        AgentCommand command = StagecoachJson.read(row.text(2), AgentCommand.class);
        Optional<Cancellation> cancellation =
                row.optionalInstant(4)
                        .map(
                                at ->
                                        new Cancellation(
                                                at,
                                                new StopBounds(
                                                        Duration.parse(row.text(5)),
                                                        Duration.parse(row.text(6)))));
        Stage stage =
                switch (row.text(3)) {
                    case "PENDING" -> new Pending();
                    case "SENT" -> new Sent();
                    case "STARTED" -> new Started();
                    case "ENDED" ->
                            new Ended(
                                    StagecoachJson.read(row.text(7), CommandResult.class),
                                    row.flag(8));
                    default -> throw new IllegalStateException("a command in state " + row.text(3));
                };
        return new StoredMail(
                row.whole(1), command, Mail.stored(command, cancellation, stage, row.instant(9)));
    }
}
