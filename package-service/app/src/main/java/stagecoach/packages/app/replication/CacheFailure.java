package stagecoach.packages.app.replication;

import java.net.ConnectException;
import java.net.http.HttpConnectTimeoutException;
import org.jspecify.annotations.Nullable;

/** A cache did not do what it was asked. */
final class CacheFailure extends Exception {
    private static final long serialVersionUID = 1L;
    private final boolean temporary;

    CacheFailure(boolean temporary, String reason, @Nullable Throwable cause) {
        super(reason, cause);
        this.temporary = temporary;
    }

    /** Whether no connection came about, so that it may be away. */
    boolean isAway() {
        return getCause() instanceof ConnectException
                || getCause() instanceof HttpConnectTimeoutException;
    }

    /** Whether another try may help. */
    boolean temporary() {
        return temporary;
    }

    /** Why, for people. */
    String reason() {
        return String.valueOf(getMessage());
    }
}
