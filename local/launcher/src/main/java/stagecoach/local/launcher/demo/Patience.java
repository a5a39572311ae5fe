package stagecoach.local.launcher.demo;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Callable;
import stagecoach.cli.client.Unreachable;

/** Repeats what is safe to repeat while a server is restarting. */
final class Patience {
    private static final Duration MAX = Duration.ofMinutes(2);
    private static final Duration BETWEEN_TRIES = Duration.ofMillis(500);

    private Patience() {}

    /** The result of {@code work}, which must be harmless to repeat. */
    static <T> T with(Callable<T> work) throws Exception {
        Instant giveUp = Instant.now().plus(MAX);
        while (true) {
            try {
                return work.call();
            } catch (Unreachable away) {
                if (Instant.now().isAfter(giveUp)) {
                    throw away;
                }
                Thread.sleep(BETWEEN_TRIES);
            }
        }
    }
}
