package stagecoach.local.launcher.installation;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import stagecoach.cli.client.Unreachable;

/** Repeats what is safe to repeat while a server is restarting. */
public final class Patience {
    private static final Duration MAX = Duration.ofMinutes(2);
    private static final Duration BETWEEN_TRIES = Duration.ofMillis(500);

    private Patience() {}

    /** Something that asks a server. */
    @FunctionalInterface
    public interface Work<T> {
        /** Does it, once. */
        T perform() throws IOException, InterruptedException;
    }

    /** The result of {@code work}, which must be harmless to repeat. */
    public static <T> T with(Work<T> work) throws IOException, InterruptedException {
        Instant giveUp = Instant.now().plus(MAX);
        while (true) {
            try {
                return work.perform();
            } catch (Unreachable away) {
                if (Instant.now().isAfter(giveUp)) {
                    throw away;
                }
                Thread.sleep(BETWEEN_TRIES);
            }
        }
    }
}
