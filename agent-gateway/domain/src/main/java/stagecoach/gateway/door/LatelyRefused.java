package stagecoach.gateway.door;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.agent.AgentReport.EntryRefused;
import stagecoach.contracts.agent.AgentReport.Refusal;

/**
 * Refusals of lately: the first of each reason and origin is told at once, and what comes from
 * there within the window after that is told as one when it is over. However many origins there
 * are, as many are told apart; the others are one. Not for two threads.
 */
public final class LatelyRefused {
    private final Duration window;
    private final int originsMax;
    private final String others;
    private final Map<Key, Count> lately = new LinkedHashMap<>();

    private record Key(Refusal refusal, String origin) {}

    /**
     * What came since it was told.
     *
     * @param last the last of them; empty if none came
     */
    private record Count(Instant toldAt, long times, Optional<EntryRefused> last) {}

    /** None yet; what has too many origins comes from {@code others}. */
    public LatelyRefused(Duration window, int originsMax, String others) {
        this.window = window;
        this.originsMax = originsMax;
        this.others = others;
    }

    /**
     * Counts one.
     *
     * @return it, if it is to be told now
     */
    public Optional<EntryRefused> count(EntryRefused one, Instant now) {
        String origin = one.agent().map(String::valueOf).orElse(one.from());
        Key key = new Key(one.refusal(), origin);
        EntryRefused told = one;
        if (!lately.containsKey(key) && lately.size() >= originsMax) {
            key = new Key(one.refusal(), others);
            told =
                    new EntryRefused(
                            one.refusal(),
                            others,
                            Optional.empty(),
                            Optional.empty(),
                            one.times(),
                            one.detail());
        }
        @Nullable Count before = lately.get(key);
        if (before == null) {
            lately.put(key, new Count(now, 0, Optional.empty()));
            return Optional.of(told);
        }
        lately.put(
                key, new Count(before.toldAt(), before.times() + one.times(), Optional.of(told)));
        return Optional.empty();
    }

    /** What is to be told now of those that came again; who did not is forgotten. */
    public List<EntryRefused> due(Instant now) {
        var due = new ArrayList<EntryRefused>();
        lately.replaceAll(
                (key, count) -> {
                    if (count.toldAt().plus(window).isAfter(now) || count.last().isEmpty()) {
                        return count;
                    }
                    EntryRefused last = count.last().get();
                    due.add(
                            new EntryRefused(
                                    last.refusal(),
                                    last.from(),
                                    last.thumbprint(),
                                    last.agent(),
                                    count.times(),
                                    last.detail()));
                    return new Count(now, 0, Optional.empty());
                });
        lately.values().removeIf(count -> !count.toldAt().plus(window).isAfter(now));
        return due;
    }
}
