package stagecoach.runtime.gap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static stagecoach.runtime.toy.AccountKind.ACCOUNTS;

import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import stagecoach.decider.StreamId;
import stagecoach.runtime.aggregate.Cause;
import stagecoach.runtime.aggregate.CommandHandler;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.streams.RequestPublisher;
import stagecoach.runtime.test.StagecoachResource;
import stagecoach.runtime.toy.AccountCommand;
import stagecoach.runtime.toy.AccountCommand.Deposit;
import stagecoach.runtime.toy.AccountCommand.Open;
import stagecoach.runtime.toy.Heard;
import stagecoach.runtime.toy.ToyTest;

@ToyTest
class RepublishTest {
    @Inject UnitOfWork unitOfWork;
    @Inject CommandHandler handler;
    @Inject Heard heard;
    @Inject RequestPublisher publisher;

    private final StreamId stream = StreamId.of("account", UUID.randomUUID());
    private final Cause cause = Cause.of(Clock.systemUTC(), "ann");

    @Test
    void events_that_never_reached_the_log_are_asked_for_and_published_again_by_their_owner() {
        handler.handle(ACCOUNTS, stream, new Open("ann"), cause);
        lose(new Deposit(1, "a"));
        lose(new Deposit(1, "b"));
        handler.handle(ACCOUNTS, stream, new Deposit(1, "c"), cause);
        await().atMost(StagecoachResource.PATIENCE).until(this::isHeld);

        var watch =
                new GapWatch(
                        unitOfWork,
                        Clock.offset(Clock.systemUTC(), Duration.ofSeconds(11)),
                        publisher);
        await().atMost(StagecoachResource.PATIENCE)
                .untilAsserted(
                        () -> {
                            watch.ask();
                            assertThat(heard.versions("toy-listener", stream))
                                    .isEqualTo(List.of(1L, 2L, 3L, 4L));
                        });
        assertThat(isHeld()).isFalse();
    }

    /** Appends, and the log never gets it. */
    private void lose(AccountCommand command) {
        unitOfWork.execute(
                tx -> {
                    var appended = handler.handle(tx, ACCOUNTS, stream, List.of(command), cause);
                    tx.execute(
                            "DELETE FROM outbox WHERE stream = ?1 AND version = ?2",
                            stream.value(),
                            appended.version());
                });
    }

    private boolean isHeld() {
        return unitOfWork.run(
                tx ->
                        !tx.rows(
                                        "SELECT 1 FROM gap WHERE handler = 'toy-listener' AND stream = ?1",
                                        stream.value())
                                .isEmpty());
    }
}
