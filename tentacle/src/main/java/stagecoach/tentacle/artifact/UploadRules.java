package stagecoach.tentacle.artifact;

import java.time.Duration;

/**
 * How patiently files are sent.
 *
 * @param connectMax until a connection stands
 * @param stallMax without a byte that moves, or the answer behind the last one
 * @param backoffFirst after the first try that failed, doubling
 * @param givenUpAfter so long without a try that succeeds
 * @param givenUpAfterTimeOut all files of a script that ran longer than it may, together
 */
public record UploadRules(
        Duration connectMax,
        Duration stallMax,
        Duration backoffFirst,
        Duration backoffMax,
        Duration givenUpAfter,
        Duration givenUpAfterTimeOut) {
    /** The usual patience: it sits out a restart of the server, and a short outage of a line. */
    public static final UploadRules USUAL =
            new UploadRules(
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(90),
                    Duration.ofMillis(300),
                    Duration.ofSeconds(10),
                    Duration.ofMinutes(15),
                    Duration.ofMinutes(1));
}
