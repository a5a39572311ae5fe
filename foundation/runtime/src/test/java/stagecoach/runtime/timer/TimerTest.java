package stagecoach.runtime.timer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static stagecoach.runtime.toy.AccountKind.ACCOUNTS;

import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import stagecoach.decider.StreamId;
import stagecoach.runtime.aggregate.Cause;
import stagecoach.runtime.aggregate.CommandHandler;
import stagecoach.runtime.aggregate.Pod;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.test.StagecoachResource;
import stagecoach.runtime.toy.AccountCommand.ScheduleInterest;
import stagecoach.runtime.toy.Antidote;
import stagecoach.runtime.toy.ToyTest;

@ToyTest
class TimerTest {
    @Inject CommandHandler handler;
    @Inject UnitOfWork unitOfWork;
    @Inject @Any Instance<TimerCommands<?, ?, ?>> commands;
    @Inject Pod onePod;
    @Inject Pod otherPod;

    private final Cause cause = Cause.of(Clock.systemUTC(), "ann");

    private static StreamId account(String prefix) {
        return StreamId.of("account", prefix + UUID.randomUUID());
    }

    @Test
    void a_due_timer_becomes_a_command_that_knows_when_it_was_due() {
        var stream = account("");
        var due = Instant.now().truncatedTo(ChronoUnit.MICROS).minusSeconds(5);
        handler.handle(ACCOUNTS, stream, new ScheduleInterest(due), cause);
        await().atMost(StagecoachResource.PATIENCE)
                .until(() -> handler.load(ACCOUNTS, stream).interests() == 1);
        assertThat(timers(stream)).isZero();
        assertThat(
                        unitOfWork.run(
                                        tx ->
                                                tx.rows(
                                                        "SELECT convert_from(data, 'UTF8') FROM event WHERE stream = ?1 AND version = 2",
                                                        stream.value()))
                                .getFirst()[0])
                .asString()
                .contains("\"dueAt\":\"" + due + "\"");
    }

    @Test
    void a_timer_follows_the_state_and_waits_for_its_time() {
        var stream = account("");
        var later = Instant.now().truncatedTo(ChronoUnit.MICROS).plusSeconds(3600);
        handler.handle(ACCOUNTS, stream, new ScheduleInterest(later.plusSeconds(60)), cause);
        handler.handle(ACCOUNTS, stream, new ScheduleInterest(later), cause);
        assertThat(
                        unitOfWork
                                .run(
                                        tx ->
                                                tx.rows(
                                                        "SELECT due FROM timer WHERE stream = ?1",
                                                        stream.value()))
                                .stream()
                                .map(r -> r[0]))
                .containsExactly(later);
        assertThat(handler.load(ACCOUNTS, stream).interests()).isZero();
    }

    @Test
    void of_two_pods_one_fires_a_timer() {
        var streams = IntStream.range(0, 20).mapToObj(i -> account("")).toList();
        // Due tomorrow, so that the service's own pump leaves them alone.
        var tomorrow = Instant.now().truncatedTo(ChronoUnit.MICROS).plus(Duration.ofDays(1));
        streams.forEach(s -> handler.handle(ACCOUNTS, s, new ScheduleInterest(tomorrow), cause));
        var clock = Clock.fixed(tomorrow.plusSeconds(1), ZoneOffset.UTC);
        var pumps =
                List.of(
                        new TimerPump(onePod.unitOfWork(), onePod.handler(), clock, commands),
                        new TimerPump(otherPod.unitOfWork(), otherPod.handler(), clock, commands));
        pumps.stream()
                .map(pump -> CompletableFuture.runAsync(() -> drain(pump)))
                .toList()
                .forEach(CompletableFuture::join);
        for (StreamId stream : streams) {
            assertThat(handler.load(ACCOUNTS, stream).interests()).isEqualTo(1);
            assertThat(timers(stream)).isZero();
        }
    }

    private static void drain(TimerPump pump) {
        boolean more = true;
        while (more) {
            more = pump.fireOne();
        }
    }

    @Test
    void a_timer_that_fails_is_tried_later_and_holds_up_no_other() {
        Antidote.arrives(false);
        var broken = account("broken-");
        var sound = account("");
        var due = Instant.now().truncatedTo(ChronoUnit.MICROS).minusSeconds(5);
        handler.handle(ACCOUNTS, broken, new ScheduleInterest(due), cause);
        handler.handle(ACCOUNTS, sound, new ScheduleInterest(due.plusSeconds(1)), cause);
        await().atMost(StagecoachResource.PATIENCE)
                .until(() -> handler.load(ACCOUNTS, sound).interests() == 1);
        await().atMost(StagecoachResource.PATIENCE).until(() -> failures(broken) > 0);
        Antidote.arrives(true);
        await().atMost(StagecoachResource.PATIENCE)
                .until(() -> handler.load(ACCOUNTS, broken).interests() == 1);
    }

    private long failures(StreamId stream) {
        return unitOfWork
                .run(tx -> tx.rows("SELECT failures FROM timer WHERE stream = ?1", stream.value()))
                .stream()
                .mapToLong(r -> (Integer) r[0])
                .sum();
    }

    private long timers(StreamId stream) {
        return unitOfWork.run(
                tx -> tx.rows("SELECT 1 FROM timer WHERE stream = ?1", stream.value()).size());
    }
}
