package stagecoach.tentacle.packages;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongPredicate;

/** Single tries at one source. */
sealed interface PackageReader extends AutoCloseable
        permits PackageDownload, MountedRead, NuGetRead {
    /** What came of a try. */
    sealed interface Try {
        /** All bytes are there, not verified yet. */
        record Complete(long startedAt) implements Try {}

        /**
         * Nobody answers there, not even with a refusal: asking again would take as long. One that
         * refuses connections is being started again, more likely than not, and tells so at once.
         */
        record Silent(String reason) implements Try {}

        /**
         * Its port takes connections, and yet none came to stand in time: asking again helps when
         * there is less to do.
         */
        record Busy(String reason) implements Try {
            static Busy within(Duration max) {
                return new Busy(
                        "no connection within %d ms, though its port is open: it or this machine has too much to do"
                                .formatted(max.toMillis()));
            }
        }

        /**
         * It was cut off, or cannot serve now; another try may help.
         *
         * @param after how long it asks to be left alone
         */
        record Interrupted(String reason, Optional<Duration> after) implements Try {
            Interrupted(String reason) {
                this(reason, Optional.empty());
            }
        }

        /** It was told not to go on. */
        record Left() implements Try {}

        /** Asking again will not help. */
        record Refused(String reason) implements Try {}

        /** It has something else under this digest. */
        record Wrong(String reason) implements Try {}
    }

    /**
     * Asks for what is missing behind {@code file}'s end and appends it.
     *
     * @param along given the bytes, as they come
     * @param came told how many bytes came, as they come; says whether to go on
     */
    Try go(FileChannel file, RunningDigest along, LongPredicate came)
            throws IOException, InterruptedException;

    /**
     * Waits a while for a source that gave wrong bytes to have others.
     *
     * @return whether it has: then it is worth another try
     */
    boolean becomesAnother() throws InterruptedException;

    @Override
    void close();
}
