package stagecoach.tentacle.session;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells in the log who was refused at this machine's port and why, each the first time and then no
 * more often than once in ten minutes, however many there are.
 */
final class Strangers {
    private static final Logger LOG = LoggerFactory.getLogger(Strangers.class);
    private static final int REASONS_MAX = 100;
    private static final Duration TOLD_EVERY = Duration.ofMinutes(10);

    private final Map<String, Refused> lately = new LinkedHashMap<>();

    private record Refused(long toldNanos, int untold) {}

    /** Somebody was refused. */
    synchronized void refused(String from, String why) {
        String told = "refused %s: %s".formatted(from, why);
        long now = System.nanoTime();
        Refused before = lately.get(told);
        if (before == null && lately.size() >= REASONS_MAX) {
            lately.values().removeIf(each -> now - each.toldNanos() > TOLD_EVERY.toNanos());
            if (lately.size() >= REASONS_MAX) {
                told = "refused others, from many addresses";
                before = lately.get(told);
            }
        }
        if (before != null && now - before.toldNanos() <= TOLD_EVERY.toNanos()) {
            lately.put(told, new Refused(before.toldNanos(), before.untold() + 1));
            return;
        }
        LOG.warn(
                "{}{}", told, before == null ? "" : " (and before, " + before.untold() + " times)");
        lately.put(told, new Refused(now, 0));
    }
}
