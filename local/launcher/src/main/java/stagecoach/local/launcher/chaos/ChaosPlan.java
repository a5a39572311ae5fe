package stagecoach.local.launcher.chaos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import stagecoach.local.launcher.chaos.fault.Fault;
import stagecoach.local.launcher.chaos.fault.FaultRunner.Planned;

/**
 * What a run of chaos is to be.
 *
 * @param seed draws everything that is chance
 * @param time how long new deployments are begun and faults are done; what is under way then is
 *     waited for
 * @param deployments how many are under way at once
 * @param pods of each service
 * @param kinds of greater faults, besides the kills
 */
public record ChaosPlan(long seed, Duration time, int deployments, int pods, Set<Kind> kinds) {
    private static final Duration FAULT_MAX = Duration.ofSeconds(60);

    /** The clocks go on from the wrong time: what is put off then is due so much later. */
    private static final Duration WRONG_BY = Duration.ofMinutes(2);

    /** A kind of greater fault. */
    public enum Kind {
        /** The broker, and then the database, is away, silently or plainly. */
        OUTAGE,
        /** The disk of the broker, the database, the package-service or a cache is full. */
        DISK,
        /** The services' clocks are wrong for a while. */
        CLOCK
    }

    /** Copies the set. */
    public ChaosPlan {
        kinds = Set.copyOf(kinds);
    }

    /** The greater faults, one after the other, evenly over the time; a minute each at most. */
    List<Planned> planned() {
        var random = new Random(seed + 1);
        List<Function<Duration, Fault>> faults = new ArrayList<>();
        if (kinds.contains(Kind.OUTAGE)) {
            for (String victim : List.of("kafka", "postgres")) {
                boolean silently = random.nextBoolean();
                faults.add(
                        lasts ->
                                silently
                                        ? new Fault.Frozen(victim, lasts)
                                        : new Fault.Away(victim, lasts));
            }
        }
        if (kinds.contains(Kind.DISK)) {
            for (String victim : List.of("kafka", "postgres", "package-service", "cache-eu-1")) {
                faults.add(lasts -> new Fault.DiskFull(victim, lasts));
            }
        }
        if (kinds.contains(Kind.CLOCK)) {
            faults.add(lasts -> new Fault.ClockWrong(WRONG_BY, lasts));
        }
        Collections.shuffle(faults, random);
        List<Planned> planned = new ArrayList<>();
        if (!faults.isEmpty()) {
            Duration share = time.dividedBy(faults.size());
            Duration half = share.dividedBy(2);
            Duration lasts = half.compareTo(FAULT_MAX) < 0 ? half : FAULT_MAX;
            for (int i = 0; i < faults.size(); i++) {
                planned.add(
                        new Planned(
                                share.multipliedBy(i).plus(share.dividedBy(5)),
                                faults.get(i).apply(lasts)));
            }
        }
        return planned;
    }
}
