package stagecoach.gateway.presence;

import java.time.Duration;
import java.time.Instant;

/**
 * When a quiet connection is asked whether it still lives, and when it is given up.
 *
 * @param pingEvery how long it may be quiet before it is asked
 * @param most how long it may be quiet altogether
 */
public record Silence(Duration pingEvery, Duration most) {
    /** The longest silence that may pass before a machine is called unavailable. */
    public static final Duration PROMISED_MOST = Duration.ofSeconds(30);

    /** What to do about a connection. */
    public enum Verdict {
        FINE,
        PING,
        LOST
    }

    /** Refuses bounds that break the promise or leave no room for an answer. */
    public Silence {
        if (most.compareTo(PROMISED_MOST) > 0 || pingEvery.multipliedBy(2).compareTo(most) > 0) {
            throw new IllegalArgumentException(
                    "a connection may be silent for at most PT30S, and must be asked twice before"
                            + " that; not %s with a ping every %s".formatted(most, pingEvery));
        }
    }

    /** What to do about a connection that was last heard at {@code heard}. */
    public Verdict judge(Instant heard, Instant now) {
        Duration quiet = Duration.between(heard, now);
        if (quiet.compareTo(most) >= 0) {
            return Verdict.LOST;
        }
        return quiet.compareTo(pingEvery) >= 0 ? Verdict.PING : Verdict.FINE;
    }
}
