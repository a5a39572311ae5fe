package stagecoach.runtime.timer;

import io.quarkus.logging.Log;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import stagecoach.decider.StreamId;
import stagecoach.runtime.aggregate.Cause;
import stagecoach.runtime.aggregate.CommandHandler;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.store.TemporaryFailure;

/**
 * Fires due timers, each in the transaction that decides about it: the row is locked, goes, and the
 * command is handled, or nothing of all that happens. Other pods pass over a locked row.
 */
@Singleton
class TimerPump {
    private static final Duration PAUSE_MAX = Duration.ofMinutes(5);

    /** Locks nothing, and so needs no transaction: mostly nothing is due. */
    private static final String ANY_DUE =
            "SELECT 1 FROM timer WHERE fire_at <= ?1 AND kind = ANY(?2::text[]) LIMIT 1";

    private static final String DUE =
            """
            SELECT stream, name, kind, due FROM timer
            WHERE fire_at <= ?1 AND kind = ANY(?2::text[])
            ORDER BY fire_at LIMIT 1 FOR UPDATE SKIP LOCKED
            """;

    private final UnitOfWork unitOfWork;
    private final CommandHandler handler;
    private final Clock clock;
    private final Map<String, TimerCommands<?, ?, ?>> kinds;

    TimerPump(
            UnitOfWork unitOfWork,
            CommandHandler handler,
            Clock clock,
            @Any Instance<TimerCommands<?, ?, ?>> commands) {
        this.unitOfWork = unitOfWork;
        this.handler = handler;
        this.clock = clock;
        var byName = new HashMap<String, TimerCommands<?, ?, ?>>();
        for (TimerCommands<?, ?, ?> each : commands) {
            if (byName.put(each.kind().name(), each) != null) {
                throw new IllegalStateException(
                        "two TimerCommands for the kind " + each.kind().name());
            }
        }
        this.kinds = Map.copyOf(byName);
    }

    private record Due(StreamId stream, String name, String kind, Instant due) {}

    /**
     * Fires one timer that is due.
     *
     * @return false if none is
     */
    boolean fireOne() {
        if (kinds.isEmpty()) {
            return false;
        }
        var reached = new Due[1];
        try {
            return unitOfWork.run(
                    tx -> {
                        Optional<Due> due = lockDue(tx);
                        due.ifPresent(
                                d -> {
                                    reached[0] = d;
                                    fire(tx, d);
                                });
                        return due.isPresent();
                    });
        } catch (TemporaryFailure e) {
            throw e;
        } catch (RuntimeException | StackOverflowError e) {
            @Nullable Due failed = reached[0];
            if (failed == null) {
                throw e;
            }
            Log.errorf(
                    e,
                    "A timer could not be fired; it is tried again later. stream=%s timer=%s",
                    failed.stream(),
                    failed.name());
            postpone(failed);
            return true;
        }
    }

    private Optional<Due> lockDue(Tx tx) {
        Instant now = clock.instant();
        String[] names = kinds.keySet().toArray(String[]::new);
        if (tx.rows(ANY_DUE, now, names).isEmpty()) {
            return Optional.empty();
        }
        List<@Nullable Object[]> rows = tx.rows(DUE, now, names);
        if (rows.isEmpty()) {
            return Optional.empty();
        }
        @Nullable Object[] row = rows.getFirst();
        return Optional.of(
                new Due(
                        new StreamId((String) Objects.requireNonNull(row[0])),
                        (String) Objects.requireNonNull(row[1]),
                        (String) Objects.requireNonNull(row[2]),
                        (Instant) Objects.requireNonNull(row[3])));
    }

    private void fire(Tx tx, Due due) {
        tx.execute(
                "DELETE FROM timer WHERE stream = ?1 AND name = ?2",
                due.stream().value(),
                due.name());
        fire(tx, due, Objects.requireNonNull(kinds.get(due.kind())));
    }

    private <S, C, E> void fire(Tx tx, Due due, TimerCommands<S, C, E> commands) {
        var cause = Cause.of(clock, Cause.SYSTEM);
        C command = commands.fired(tx, due.stream(), due.name(), due.due(), cause.at());
        handler.handle(tx, commands.kind(), due.stream(), List.of(command), cause);
    }

    /** A timer that fails must not hold up the others, nor be forgotten. */
    private void postpone(Due failed) {
        unitOfWork.execute(
                tx ->
                        tx.execute(
                                """
                                UPDATE timer SET failures = failures + 1,
                                    fire_at = ?3::timestamptz + least(power(2, failures), ?4) * interval '1 second'
                                WHERE stream = ?1 AND name = ?2
                                """,
                                failed.stream().value(),
                                failed.name(),
                                clock.instant(),
                                (double) PAUSE_MAX.toSeconds()));
    }
}
