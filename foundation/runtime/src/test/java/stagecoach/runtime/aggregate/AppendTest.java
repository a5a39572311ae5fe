package stagecoach.runtime.aggregate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static stagecoach.runtime.toy.AccountKind.ACCOUNTS;

import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import stagecoach.decider.Recorded;
import stagecoach.decider.Rejection;
import stagecoach.decider.StreamId;
import stagecoach.runtime.store.NewEvent;
import stagecoach.runtime.test.SqlLog;
import stagecoach.runtime.toy.AccountCommand;
import stagecoach.runtime.toy.AccountCommand.Deposit;
import stagecoach.runtime.toy.AccountCommand.Open;
import stagecoach.runtime.toy.AccountEvent.Deposited;
import stagecoach.runtime.toy.BalanceRow;
import stagecoach.runtime.toy.ToyTest;

@ToyTest
class AppendTest {
    @Inject CommandHandler handler;
    @Inject UnitOfWork unitOfWork;
    @Inject Pod onePod;
    @Inject Pod otherPod;

    private final StreamId stream = StreamId.of("account", UUID.randomUUID());
    private final Cause cause = Cause.of(Clock.systemUTC(), "ann");

    @BeforeEach
    void open() {
        handler.handle(ACCOUNTS, stream, new Open("ann"), cause);
    }

    @Test
    void a_command_becomes_events_and_the_state_that_follows_from_them() {
        var deposited = handler.handle(ACCOUNTS, stream, new Deposit(7, "a"), cause);
        assertThat(deposited.version()).isEqualTo(2);
        assertThat(deposited.events())
                .containsExactly(new Recorded<>(stream, 2, cause.at(), new Deposited(7, "a")));
        assertThat(deposited.state().balance()).isEqualTo(7);
        assertThat(handler.load(ACCOUNTS, stream)).isEqualTo(deposited.state());
        assertThat(otherPod.handler().load(ACCOUNTS, stream)).isEqualTo(deposited.state());
        assertThat(balance()).isEqualTo(7);
    }

    private long balance() {
        return unitOfWork.run(tx -> tx.find(BalanceRow.class, stream.name()).orElseThrow().balance);
    }

    @Test
    void an_append_takes_one_statement_for_all_events_and_one_for_all_that_goes_out() {
        var deposits = IntStream.range(0, 250).mapToObj(i -> new Deposit(1, "r" + i)).toList();
        try (var log = new SqlLog()) {
            unitOfWork.run(tx -> handler.handle(tx, ACCOUNTS, stream, deposits, cause));
            assertThat(log.beginningWith("INSERT INTO event")).hasSize(1);
            assertThat(log.beginningWith("INSERT INTO outbox")).hasSize(1);
            // The stream is known, so nothing is read; it has no timers, so none are written.
            assertThat(log.beginningWith("SELECT version, type")).isEmpty();
            assertThat(log.beginningWith("INSERT INTO timer")).isEmpty();
            assertThat(log.beginningWith("DELETE FROM timer")).isEmpty();
        }
        assertThat(otherPod.handler().load(ACCOUNTS, stream).balance()).isEqualTo(250);
    }

    @Test
    void the_outbox_is_numbered_in_the_order_of_the_stream_with_an_events_commands_behind_it() {
        // The relay may take rows away meanwhile, so they are looked at before they are committed.
        unitOfWork.execute(
                tx -> {
                    handler.handle(
                            tx,
                            ACCOUNTS,
                            stream,
                            List.of(new Deposit(1, "tell-1"), new Deposit(1, "tell-2")),
                            cause);
                    var rows =
                            tx.rows(
                                    "SELECT version, slot FROM outbox WHERE stream = ?1 AND version > 1 ORDER BY id",
                                    stream.value());
                    assertThat(rows.stream().map(r -> r[0] + "/" + r[1]))
                            .containsExactly("2/0", "2/1", "2/2", "3/0", "3/1", "3/2");
                });
    }

    @Test
    void who_was_too_late_decides_again_on_what_the_other_one_did() {
        CommandHandler one = onePod.handler();
        CommandHandler other = otherPod.handler();
        one.handle(ACCOUNTS, stream, new Deposit(1, "a"), cause);
        other.handle(ACCOUNTS, stream, new Deposit(2, "b"), cause);
        // One remembers version 2, the stream is at 3.
        var late = one.handle(ACCOUNTS, stream, new Deposit(4, "c"), cause);
        assertThat(late.version()).isEqualTo(4);
        assertThat(late.state().balance()).isEqualTo(7);
        // The other one remembers version 3: it must not deposit "c" again, nor be believed "d" is
        // new.
        var repeat = other.handle(ACCOUNTS, stream, new Deposit(4, "c"), cause);
        assertThat(repeat.events()).isEmpty();
        assertThat(repeat.version()).isEqualTo(4);
        assertThat(balance()).isEqualTo(7);
    }

    @Test
    void a_refusal_is_one_by_the_present_state_and_not_by_what_a_pod_remembers() {
        var fresh = StreamId.of("account", UUID.randomUUID());
        CommandHandler one = onePod.handler();
        assertThat(one.load(ACCOUNTS, fresh).owner()).isEmpty();
        one.handle(
                ACCOUNTS,
                fresh,
                new AccountCommand.ScheduleInterest(Instant.now().plusSeconds(3600)),
                cause);
        assertThatThrownBy(() -> one.handle(ACCOUNTS, fresh, new Deposit(1, "a"), cause))
                .isInstanceOf(Rejection.class);
        otherPod.handler().handle(ACCOUNTS, fresh, new Open("bob"), cause);
        // One still remembers that nobody had opened it.
        assertThat(one.handle(ACCOUNTS, fresh, new Deposit(1, "a"), cause).state().balance())
                .isEqualTo(1);
    }

    @Test
    void many_at_once_lose_nothing_and_do_nothing_twice() throws Exception {
        var handlers = List.of(onePod.handler(), otherPod.handler(), handler);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var all =
                    IntStream.range(0, 60)
                            .mapToObj(
                                    i ->
                                            threads.submit(
                                                    () ->
                                                            handlers.get(i % 3)
                                                                    .handle(
                                                                            ACCOUNTS,
                                                                            stream,
                                                                            new Deposit(
                                                                                    1, "r" + i / 2),
                                                                            cause)))
                            .toList();
            for (var each : all) {
                each.get();
            }
        }
        assertThat(handler.load(ACCOUNTS, stream).balance()).isEqualTo(30);
        assertThat(balance()).isEqualTo(30);
    }

    @Test
    void what_fails_in_the_transaction_leaves_nothing_behind() {
        assertThatThrownBy(
                        () ->
                                unitOfWork.execute(
                                        tx -> {
                                            handler.handle(
                                                    tx,
                                                    ACCOUNTS,
                                                    stream,
                                                    List.of(new Deposit(9, "lost")),
                                                    cause);
                                            throw new IllegalStateException("on purpose");
                                        }))
                .hasMessage("on purpose");
        assertThat(handler.load(ACCOUNTS, stream).balance()).isZero();
        assertThat(handler.handle(ACCOUNTS, stream, new Deposit(1, "kept"), cause).version())
                .isEqualTo(2);
    }

    @Test
    void a_stream_may_be_asked_twice_in_one_transaction() {
        var both =
                unitOfWork.run(
                        tx -> {
                            handler.handle(
                                    tx, ACCOUNTS, stream, List.of(new Deposit(1, "a")), cause);
                            return handler.handle(
                                    tx,
                                    ACCOUNTS,
                                    stream,
                                    List.of(new Deposit(9, "a"), new Deposit(2, "b")),
                                    cause);
                        });
        assertThat(both.version()).isEqualTo(3);
        assertThat(both.state().balance()).isEqualTo(3);
    }

    @Test
    void a_command_can_be_made_from_tables_inside_the_transaction() {
        handler.handle(ACCOUNTS, stream, new Deposit(5, "a"), cause);
        var doubled =
                unitOfWork.run(
                        tx -> {
                            var balance = tx.find(BalanceRow.class, stream.name()).orElseThrow();
                            return handler.handle(
                                    tx,
                                    ACCOUNTS,
                                    stream,
                                    List.of(new Deposit(balance.balance, "double")),
                                    cause);
                        });
        assertThat(doubled.state().balance()).isEqualTo(10);
    }

    @Test
    void an_event_that_is_too_large_is_refused() {
        var huge = new Open("x".repeat(NewEvent.BYTES_MAX));
        var fresh = StreamId.of("account", UUID.randomUUID());
        assertThatThrownBy(() -> handler.handle(ACCOUNTS, fresh, huge, cause))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("%d are the most".formatted(NewEvent.BYTES_MAX));
    }

    @Test
    void damaged_history_is_not_gone_on_with() {
        unitOfWork.execute(
                tx ->
                        tx.execute(
                                "INSERT INTO event (stream, version, type, data, at, actor) VALUES (?1, 2, 'stagecoach.Nonsense.v1', ?2, ?3, 'x')",
                                stream.value(),
                                "{}".getBytes(java.nio.charset.StandardCharsets.UTF_8),
                                Instant.now()));
        assertThatThrownBy(() -> otherPod.handler().load(ACCOUNTS, stream))
                .hasMessageContaining("stagecoach.Nonsense.v1");
    }

    @Test
    void actions_after_a_commit_run_once_and_only_then() {
        var runs = new AtomicInteger();
        unitOfWork.execute(
                tx -> {
                    unitOfWork.afterCommit(tx, runs::incrementAndGet);
                    assertThat(runs).hasValue(0);
                });
        assertThat(runs).hasValue(1);
        assertThatThrownBy(
                        () ->
                                unitOfWork.execute(
                                        tx -> {
                                            unitOfWork.afterCommit(tx, runs::incrementAndGet);
                                            throw new IllegalStateException("on purpose");
                                        }))
                .hasMessage("on purpose");
        assertThat(runs).hasValue(1);
    }
}
