package stagecoach.packages.cache.pull;

import java.time.Duration;
import java.util.Optional;

/** What came of asking the server once. */
sealed interface DownloadTry {
    /**
     * All bytes are there.
     *
     * @param startedAt how many of them were there before
     */
    record Complete(long startedAt) implements DownloadTry {}

    /**
     * It was cut off, or the server cannot serve now; another try may help.
     *
     * @param after how long the server asks to be left alone
     */
    record Interrupted(String reason, Optional<Duration> after) implements DownloadTry {
        Interrupted(String reason) {
            this(reason, Optional.empty());
        }
    }

    /** The disk has too little room. */
    record NoRoom(String reason, long bytesMissing) implements DownloadTry {}

    /** The server does not accept the grant. */
    record Refused(String reason) implements DownloadTry {}

    /** The server has something else under this digest, or nothing. */
    record Wrong(String reason) implements DownloadTry {}
}
