package stagecoach.gateway.app.refusal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import stagecoach.contracts.agent.AgentReport.EntryRefused;
import stagecoach.contracts.agent.AgentReport.Refusal;
import stagecoach.gateway.app.test.GatewayTest;
import stagecoach.gateway.door.TellRefusal;
import stagecoach.runtime.aggregate.Cause;
import stagecoach.runtime.aggregate.CommandHandler;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.test.StagecoachResource;

/** Strangers who are refused day after day do not fill the database. */
@GatewayTest
class DoorHistoryTest {
    private final Instant now = Instant.now();

    @Inject DoorHistory history;
    @Inject DoorKind kind;
    @Inject CommandHandler commands;
    @Inject UnitOfWork unitOfWork;

    private void refusedAt(Instant then) {
        var refused =
                new EntryRefused(
                        Refusal.HANDSHAKE,
                        "192.0.2.1",
                        Optional.empty(),
                        Optional.empty(),
                        1,
                        "no certificate");
        commands.handle(
                kind,
                DoorKind.streamAt(then),
                new TellRefusal(refused),
                Cause.of(Clock.fixed(then, ZoneOffset.UTC), Cause.SYSTEM));
    }

    private long rows(String table, Instant day) {
        return unitOfWork.run(
                tx ->
                        tx.select(
                                        "SELECT count(*) FROM %s WHERE stream = ?1"
                                                .formatted(table),
                                        DoorKind.streamAt(day).value())
                                .getFirst()
                                .number(0));
    }

    @Test
    void of_days_long_past_one_stays_and_what_topics_may_still_have() {
        Instant past = now.minus(DoorHistory.KEPT).minus(Duration.ofDays(1));
        Instant kept = now.minus(DoorHistory.KEPT).plus(Duration.ofDays(1));
        List.of(past, past.plusMillis(1), past.plusMillis(2), kept, kept.plusMillis(1))
                .forEach(this::refusedAt);
        await().atMost(StagecoachResource.PATIENCE)
                .until(() -> rows("outbox", past) + rows("outbox", kept) == 0);

        // The service's own round may be at it, too.
        assertThat(unitOfWork.<Integer>run(tx -> history.forget(tx, now, 2)))
                .as("no more at once than asked for")
                .isLessThanOrEqualTo(2);
        await().atMost(StagecoachResource.PATIENCE)
                .until(() -> unitOfWork.run(tx -> history.forget(tx, now, 2)) == 0);
        assertThat(rows("event", past)).isEqualTo(1);
        assertThat(rows("event", kept)).isEqualTo(2);
    }
}
