package stagecoach.cli.client;

import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * A server that does not answer for a while: to whoever follows something its restart is no news.
 * When to ask again is left to that one.
 */
public final class Outage {
    private static final long NANOS_MAX = TimeUnit.MINUTES.toNanos(2);

    private boolean known;
    private boolean silent;
    private long since;

    private Outage(boolean known) {
        this.known = known;
    }

    /** Of a server that may never have been there: until it has answered nobody waits for it. */
    public static Outage ofAStranger() {
        return new Outage(false);
    }

    /** Of a server that has just answered something else. */
    public static Outage ofAnAcquaintance() {
        return new Outage(true);
    }

    /**
     * The answer; empty while nobody gives one.
     *
     * @throws Unreachable if nobody has given one for two minutes, or ever
     */
    public <T> Optional<T> over(Supplier<T> question) {
        try {
            T answer = question.get();
            known = true;
            silent = false;
            return Optional.of(answer);
        } catch (Unreachable away) {
            if (!silent) {
                silent = true;
                since = System.nanoTime();
            }
            if (!known || System.nanoTime() - since > NANOS_MAX) {
                throw away;
            }
            return Optional.empty();
        }
    }
}
