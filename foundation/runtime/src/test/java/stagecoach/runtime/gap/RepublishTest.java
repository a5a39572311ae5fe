package stagecoach.runtime.gap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static stagecoach.runtime.toy.AccountKind.ACCOUNTS;

import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import stagecoach.contracts.channel.StreamRequest.EventsForgotten;
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
    private static final Duration LEFT_ALONE = Duration.ofHours(1);

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

    @Test
    void who_misses_events_that_are_kept_no_longer_goes_on_behind_them() {
        handler.handle(ACCOUNTS, stream, new Open("ann"), cause);
        lose(new Deposit(1, "a"));
        lose(new Deposit(1, "b"));
        lose(new Deposit(1, "c"));
        lose(new Deposit(1, "d"));
        unitOfWork.execute(
                tx ->
                        tx.execute(
                                "DELETE FROM event WHERE stream = ?1 AND version IN (2, 3, 5)",
                                stream.value()));
        handler.handle(ACCOUNTS, stream, new Deposit(1, "e"), cause);
        await().atMost(StagecoachResource.PATIENCE).until(this::isHeld);

        var later = new AtomicReference<>(Duration.ofSeconds(11));
        await().atMost(StagecoachResource.PATIENCE)
                .untilAsserted(
                        () -> {
                            // So late that it is time to ask again.
                            var now = later.updateAndGet(time -> time.plusMinutes(11));
                            new GapWatch(
                                            unitOfWork,
                                            Clock.offset(Clock.systemUTC(), now),
                                            publisher)
                                    .ask();
                            assertThat(heard.versions("toy-listener", stream))
                                    .isEqualTo(List.of(1L, 4L, 6L));
                        });
        assertThat(isHeld()).isFalse();
        handler.handle(ACCOUNTS, stream, new Deposit(1, "f"), cause);
        await().atMost(StagecoachResource.PATIENCE)
                .untilAsserted(
                        () ->
                                assertThat(heard.versions("toy-listener", stream))
                                        .isEqualTo(List.of(1L, 4L, 6L, 7L)));
    }

    @Test
    void what_is_held_and_kept_no_longer_meanwhile_is_passed_over_with_the_rest() {
        handler.handle(ACCOUNTS, stream, new Open("ann"), cause);
        await().atMost(StagecoachResource.PATIENCE)
                .untilAsserted(
                        () ->
                                assertThat(heard.versions("toy-listener", stream))
                                        .isEqualTo(List.of(1L)));
        lose(new Deposit(1, "a"));
        handler.handle(ACCOUNTS, stream, new Deposit(1, "b"), cause);
        lose(new Deposit(1, "c"));
        handler.handle(ACCOUNTS, stream, new Deposit(1, "d"), cause);
        await().atMost(StagecoachResource.PATIENCE).until(() -> heldAndLeftAlone() == 2);
        unitOfWork.execute(
                tx ->
                        tx.execute(
                                "DELETE FROM event WHERE stream = ?1 AND version IN (2, 3)",
                                stream.value()));

        unitOfWork.execute(tx -> Holes.pass(tx, new EventsForgotten(stream.value(), 2, 3)));
        assertThat(held()).isOne();
        handler.handle(ACCOUNTS, stream, new Deposit(1, "e"), cause);
        await().atMost(StagecoachResource.PATIENCE).until(() -> heldAndLeftAlone() == 2);
        var watch =
                new GapWatch(
                        unitOfWork,
                        Clock.offset(Clock.systemUTC(), LEFT_ALONE.plusSeconds(11)),
                        publisher);
        await().atMost(StagecoachResource.PATIENCE)
                .untilAsserted(
                        () -> {
                            watch.ask();
                            assertThat(heard.versions("toy-listener", stream))
                                    .isEqualTo(List.of(1L, 4L, 5L, 6L));
                        });
        assertThat(isHeld()).isFalse();
    }

    /** The service itself asks for nothing so soon, however slow this test is. */
    private int heldAndLeftAlone() {
        unitOfWork.execute(
                tx ->
                        tx.execute(
                                "UPDATE gap SET since = ?2 WHERE handler = 'toy-listener' AND stream = ?1",
                                stream.value(),
                                Clock.systemUTC().instant().plus(LEFT_ALONE)));
        return held();
    }

    private int held() {
        return unitOfWork
                .run(
                        tx ->
                                tx.rows(
                                        "SELECT 1 FROM gap WHERE handler = 'toy-listener' AND stream = ?1",
                                        stream.value()))
                .size();
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
        return held() > 0;
    }
}
