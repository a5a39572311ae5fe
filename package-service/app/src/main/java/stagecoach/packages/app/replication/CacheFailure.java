package stagecoach.packages.app.replication;

import java.net.ConnectException;
import java.net.http.HttpConnectTimeoutException;
import org.jspecify.annotations.Nullable;

/** A cache did not do what it was asked. */
class CacheFailure extends Exception {
    private static final long serialVersionUID = 1L;
    private final boolean temporary;
    private final boolean away;
    private final boolean absent;
    private final long bytesMissing;

    /** It is asked too much just now, and says that it took nothing of what it was sent. */
    static final class Declined extends CacheFailure {
        private static final long serialVersionUID = 1L;

        Declined(String reason, Throwable cause) {
            super(true, reason, cause);
        }
    }

    CacheFailure(boolean temporary, String reason, @Nullable Throwable cause) {
        this(temporary, isAway(cause), false, 0, reason, cause);
    }

    private CacheFailure(
            boolean temporary,
            boolean away,
            boolean absent,
            long bytesMissing,
            String reason,
            @Nullable Throwable cause) {
        super(reason, cause);
        this.temporary = temporary;
        this.away = away;
        this.absent = absent;
        this.bytesMissing = bytesMissing;
    }

    /** Nobody answers there just now. */
    static CacheFailure away(String reason, @Nullable Throwable cause) {
        return new CacheFailure(true, true, false, 0, reason, cause);
    }

    /** Its disk has too little room by so many bytes. */
    static CacheFailure noRoom(String reason, long bytesMissing, @Nullable Throwable cause) {
        return new CacheFailure(false, false, false, bytesMissing, reason, cause);
    }

    private static boolean isAway(@Nullable Throwable cause) {
        return cause instanceof ConnectException || cause instanceof HttpConnectTimeoutException;
    }

    /** The same, after the cache was seen not to hold the package. */
    final CacheFailure whereItIsAbsent() {
        return new CacheFailure(temporary, away, true, bytesMissing, reason(), getCause());
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

    /** Whether another try may help. */
    final boolean temporary() {
        return temporary;
    }

    /** Why, for people. */
    final String reason() {
        return String.valueOf(getMessage());
    }
}
