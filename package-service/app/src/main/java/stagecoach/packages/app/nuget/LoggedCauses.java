package stagecoach.packages.app.nuget;

import io.quarkus.logging.Log;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Why feeds outside gave nothing, in the log under an id: each cause once a minute, however many
 * ask.
 */
final class LoggedCauses {
    private static final long SAME_NANOS = Duration.ofMinutes(1).toNanos();

    /** In the order in which they were logged. */
    private final Map<String, Logged> lately = new LinkedHashMap<>();

    private record Logged(String id, long at) {
        boolean isOld(long now) {
            return now - at > SAME_NANOS;
        }
    }

    /** The id under which the log tells this cause. */
    synchronized String of(String cause) {
        long now = System.nanoTime();
        Iterator<Logged> oldest = lately.values().iterator();
        while (oldest.hasNext() && oldest.next().isOld(now)) {
            oldest.remove();
        }
        @Nullable Logged known = lately.get(cause);
        if (known != null) {
            return known.id();
        }
        String id = UUID.randomUUID().toString();
        lately.put(cause, new Logged(id, now));
        Log.warnf(
                "Somebody without a key was not given what comes from a feed outside. id=%s cause=%s",
                id, cause);
        return id;
    }
}
