package stagecoach.runtime.rounds;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RoundsTest {
    @Test
    void a_round_that_runs_out_of_memory_is_followed_by_the_next_one() throws Exception {
        var rounds = new CountDownLatch(2);
        var work =
                new Rounds(
                        "hungry",
                        Duration.ofMillis(1),
                        () -> {
                            rounds.countDown();
                            throw new OutOfMemoryError("of a test");
                        });
        work.start();
        assertThat(rounds.await(2, TimeUnit.MINUTES)).isTrue();
        work.stop();
    }

    @Test
    void the_first_round_may_come_at_once() throws Exception {
        var round = new CountDownLatch(1);
        var work = Rounds.atOnce("eager", Duration.ofHours(1), round::countDown);
        work.start();
        assertThat(round.await(2, TimeUnit.MINUTES)).isTrue();
        work.stop();
    }

    @Test
    void who_is_woken_does_not_wait_for_the_pause_to_end_and_looks_again_if_that_was_in_a_round()
            throws Exception {
        var begun = new Semaphore(0);
        var mayEnd = new Semaphore(0);
        var work =
                new Rounds(
                        "sleepy",
                        Duration.ofHours(1),
                        () -> {
                            begun.release();
                            mayEnd.acquireUninterruptibly();
                        });
        work.start();
        work.wake();
        assertThat(begun.tryAcquire(2, TimeUnit.MINUTES)).isTrue();
        work.wake();
        mayEnd.release();
        assertThat(begun.tryAcquire(2, TimeUnit.MINUTES)).isTrue();
        mayEnd.release();
        work.stop();
    }
}
