package stagecoach.packages.cache.port;

import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;

/**
 * Tells in the log who was refused at the cache's port and why, each the first time and then no
 * more often than once in ten minutes: whoever tries again and again fills no disk.
 */
final class Refused {
    static final int REASONS_MAX = 100;
    static final Duration TOLD_EVERY = Duration.ofMinutes(10);
    private static final Logger LOG = Logger.getLogger(Refused.class);
    private static final String OTHERS = "Others were refused, from many addresses.";

    private final Consumer<String> log;
    private final LongSupplier nanoTime;
    private final Map<String, Told> lately = new LinkedHashMap<>();

    private record Told(long nanos, int untold) {}

    Refused() {
        this(LOG::warn, System::nanoTime);
    }

    Refused(Consumer<String> log, LongSupplier nanoTime) {
        this.log = log;
        this.nanoTime = nanoTime;
    }

    /** Somebody's request was refused. */
    void tell(HttpServerRequest request, String why) {
        tell(request.remoteAddress().host(), why);
    }

    /** Somebody was refused who came from there. */
    synchronized void tell(String from, String why) {
        String told = "Refused %s: %s".formatted(from, why);
        long now = nanoTime.getAsLong();
        if (!lately.containsKey(told) && lately.size() >= REASONS_MAX) {
            lately.values().removeIf(each -> now - each.nanos() > TOLD_EVERY.toNanos());
            told = lately.size() >= REASONS_MAX ? OTHERS : told;
        }
        Told before = lately.get(told);
        if (before != null && now - before.nanos() <= TOLD_EVERY.toNanos()) {
            lately.put(told, new Told(before.nanos(), before.untold() + 1));
            return;
        }
        log.accept(
                before == null || before.untold() == 0
                        ? told
                        : "%s (and %d times before)".formatted(told, before.untold()));
        lately.put(told, new Told(now, 0));
    }
}
