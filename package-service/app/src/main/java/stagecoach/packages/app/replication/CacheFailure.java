package stagecoach.packages.app.replication;

import java.net.ConnectException;
import java.net.http.HttpConnectTimeoutException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A cache did not do what it was asked. */
class CacheFailure extends Exception {
    private static final long serialVersionUID = 1L;
    private final boolean temporary;
    private final boolean away;
    private final boolean absent;
    private final long bytesMissing;
    private final Duration after;

    /** It is asked too much just now, and says that it took nothing of what it was sent. */
    static final class Declined extends CacheFailure {
        private static final long serialVersionUID = 1L;

        Declined(String reason, Duration after) {
            super(true, false, false, 0, after, reason, null);
        }
    }

    /** It failed itself at what it was sent, and says so: it is at work on it no more. */
    static final class Erred extends CacheFailure {
        private static final long serialVersionUID = 1L;

        Erred(String reason, Duration after) {
            super(true, false, false, 0, after, reason, null);
        }
    }

    CacheFailure(boolean temporary, String reason, @Nullable Throwable cause) {
        this(temporary, isAway(cause), false, 0, Duration.ZERO, reason, cause);
    }

    /**
     * It answered, and says when to come again.
     *
     * @param after zero if it does not say that
     */
    static CacheFailure answered(boolean temporary, String reason, Duration after) {
        return new CacheFailure(temporary, false, false, 0, after, reason, null);
    }

    private CacheFailure(
            boolean temporary,
            boolean away,
            boolean absent,
            long bytesMissing,
            Duration after,
            String reason,
            @Nullable Throwable cause) {
        super(reason, cause);
        this.temporary = temporary;
        this.away = away;
        this.absent = absent;
        this.bytesMissing = bytesMissing;
        this.after = after;
    }

    /** Nobody answers there just now. */
    static CacheFailure away(String reason, @Nullable Throwable cause) {
        return new CacheFailure(true, true, false, 0, Duration.ZERO, reason, cause);
    }

    /** Its disk has too little room by so many bytes. */
    static CacheFailure noRoom(String reason, long bytesMissing, @Nullable Throwable cause) {
        return new CacheFailure(false, false, false, bytesMissing, Duration.ZERO, reason, cause);
    }

    private static boolean isAway(@Nullable Throwable cause) {
        return cause instanceof ConnectException || cause instanceof HttpConnectTimeoutException;
    }

    /** The same, after the cache was seen not to hold the package. */
    final CacheFailure whereItIsAbsent() {
        return new CacheFailure(temporary, away, true, bytesMissing, after, reason(), getCause());
    }

    /** Whether the cache was seen not to hold the package; one that is away may well hold it. */
    final boolean absent() {
        return absent;
    }

    /** Whether nobody answered, so that it may be away. */
    final boolean isAway() {
        return away;
    }

    /** How many bytes its disk has too little room for; 0 if that is not why. */
    final long bytesMissing() {
        return bytesMissing;
    }

    /** How long it asks to be left alone; zero if it does not. */
    final Duration after() {
        return after;
    }

    /** Whether another try may help. */
    final boolean temporary() {
        return temporary;
    }

    /** Why, for people. */
    final String reason() {
        return String.valueOf(getMessage());
    }
}
