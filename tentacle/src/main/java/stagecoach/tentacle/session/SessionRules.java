package stagecoach.tentacle.session;

import java.time.Duration;

/**
 * The times of a session.
 *
 * @param connectMax how long a connection may take to stand
 * @param welcomeMax how long the gateway may take to welcome
 * @param pingEvery how often a sign of life is asked for
 * @param silenceMax after so long without one the session is given up
 * @param healthEvery how often the machine tells of itself
 * @param sendMax how long one message may take to be written
 * @param endedWaitMax how long a result waits for its output to be taken
 * @param backoffFirst pause after a session that did not last; it doubles, with jitter
 * @param backoffMax the longest pause
 * @param lasting a session that stood so long was a good one
 */
public record SessionRules(
        Duration connectMax,
        Duration welcomeMax,
        Duration pingEvery,
        Duration silenceMax,
        Duration healthEvery,
        Duration sendMax,
        Duration endedWaitMax,
        Duration backoffFirst,
        Duration backoffMax,
        Duration lasting) {
    /** The usual times. */
    public static final SessionRules USUAL =
            new SessionRules(
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(21),
                    Duration.ofSeconds(30),
                    Duration.ofSeconds(30),
                    Duration.ofSeconds(5),
                    Duration.ofMillis(200),
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(5));
}
