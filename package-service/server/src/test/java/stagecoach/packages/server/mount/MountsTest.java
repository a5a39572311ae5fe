package stagecoach.packages.server.mount;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import stagecoach.packages.server.mount.Mounts.Silent;

/** A mount that keeps whoever asks it, as a file system does whose server is gone. */
class MountsTest {
    private static final Path GONE = Path.of("/mnt/gone");
    private static final Path GOOD = Path.of("/mnt/good");

    private final Mounts mounts = new Mounts();
    private final CountDownLatch hangs = new CountDownLatch(1);
    private final CountDownLatch serverIsBack = new CountDownLatch(1);

    @AfterEach
    void end() {
        serverIsBack.countDown();
        mounts.close();
    }

    /** As the system does it: no interrupt helps. */
    private Boolean hang() {
        hangs.countDown();
        boolean back = false;
        while (!back) {
            try {
                back = serverIsBack.await(1, TimeUnit.MINUTES);
            } catch (InterruptedException e) {
                // It stays.
            }
        }
        return true;
    }

    private <T> T done(Path root, Callable<T> work) throws Exception {
        try (var stay = mounts.begin(root, work)) {
            return stay.result().get(30, TimeUnit.SECONDS);
        }
    }

    @Test
    void a_mount_that_keeps_a_thread_gets_no_other_until_it_has_let_it_go() throws Exception {
        Mounts.Stay<Boolean> stay = mounts.begin(GONE, this::hang);
        hangs.await();
        stay.close();

        assertThatThrownBy(() -> mounts.begin(GONE, () -> "more"))
                .isInstanceOf(Silent.class)
                .hasMessage("does not answer at /mnt/gone; is its file system there?");
        assertThat(done(GOOD, () -> "others go on")).isEqualTo("others go on");

        serverIsBack.countDown();
        await().atMost(Duration.ofSeconds(30))
                .ignoreException(Silent.class)
                .until(() -> done(GONE, () -> "back").equals("back"));
    }

    @Test
    void long_work_goes_on_as_long_as_the_mount_answers_it() throws Exception {
        // Much longer than from one name to the next, and shorter than all of them take.
        Duration silenceMax = Duration.ofMillis(1_500);

        assertThat(mounts.whileHeard(GOOD, silenceMax, MountsTest::listed)).isEqualTo(10);
        assertThatThrownBy(() -> mounts.whileHeard(GONE, silenceMax, _ -> hang()))
                .isInstanceOf(Silent.class);
    }

    /** A long folder, whose next name comes after a while each. */
    private static int listed(Runnable heard) throws InterruptedException {
        var never = new CountDownLatch(1);
        int names = 0;
        while (names < 10) {
            var _ = never.await(200, TimeUnit.MILLISECONDS);
            heard.run();
            names++;
        }
        return names;
    }

    @Test
    void whoever_leaves_when_called_off_is_not_held_against_the_mount() throws Exception {
        var begun = new CountDownLatch(1);
        var never = new CountDownLatch(1);
        var stay =
                mounts.begin(
                        GOOD,
                        () -> {
                            begun.countDown();
                            return never.await(1, TimeUnit.MINUTES);
                        });
        begun.await();
        stay.close();

        assertThat(done(GOOD, () -> "on")).isEqualTo("on");
    }
}
