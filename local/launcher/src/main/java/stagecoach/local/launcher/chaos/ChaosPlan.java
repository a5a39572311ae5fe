package stagecoach.local.launcher.chaos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import stagecoach.local.launcher.chaos.fault.Fault;
import stagecoach.local.launcher.chaos.fault.FaultRunner.Planned;

/**
 * What a run of chaos is to be.
 *
 * @param seed draws everything that is chance
 * @param time how long new deployments are begun and faults are done, unless {@link #whole} is
 *     longer; what is under way then is waited for
 * @param deployments how many are under way at once
 * @param pods of each service
 * @param kinds of greater faults, besides the kills
 */
public record ChaosPlan(long seed, Duration time, int deployments, int pods, Set<Kind> kinds) {
    /** So long Kafka, and so long PostgreSQL is away, however short the run is to be. */
    static final Duration OUTAGE = Duration.ofSeconds(60);

    private static final Duration OTHER_MIN = Duration.ofSeconds(10);
    private static final Duration OTHER_MAX = Duration.ofSeconds(60);

    /** Before each fault, so that what suffered before is at work again. */
    private static final Duration RESPITE_MIN = Duration.ofSeconds(15);

    private static final List<String> OUTAGES = List.of("kafka", "postgres");
    private static final List<String> DISKS =
            List.of("kafka", "postgres", "package-service", "cache-eu-1");

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

    /** The greater faults, one after the other, evenly over the time. */
    List<Planned> planned() {
        var random = new Random(seed + 1);
        Duration other = other();
        List<Fault> faults = new ArrayList<>();
        if (kinds.contains(Kind.OUTAGE)) {
            for (String victim : OUTAGES) {
                faults.add(
                        random.nextBoolean()
                                ? new Fault.Frozen(victim, OUTAGE)
                                : new Fault.Away(victim, OUTAGE));
            }
        }
        if (kinds.contains(Kind.DISK)) {
            for (String victim : DISKS) {
                faults.add(new Fault.DiskFull(victim, other));
            }
        }
        if (kinds.contains(Kind.CLOCK)) {
            faults.add(new Fault.ClockWrong(WRONG_BY, other));
        }
        Collections.shuffle(faults, random);
        Duration all = faults.stream().map(Fault::time).reduce(Duration.ZERO, Duration::plus);
        Duration respite =
                longer(RESPITE_MIN, time.minus(all).dividedBy(Math.max(1, faults.size())));
        List<Planned> planned = new ArrayList<>();
        Duration end = Duration.ZERO;
        for (Fault fault : faults) {
            var next = new Planned(end.plus(respite), fault);
            planned.add(next);
            end = next.end();
        }
        return planned;
    }

    /** The time, or longer if the faults need it. */
    public Duration whole() {
        return planned().stream().map(Planned::end).reduce(time, ChaosPlan::longer);
    }

    /** How long a fault is that is no outage: these share what is left of the time. */
    private Duration other() {
        int outages = kinds.contains(Kind.OUTAGE) ? OUTAGES.size() : 0;
        int others =
                (kinds.contains(Kind.DISK) ? DISKS.size() : 0)
                        + (kinds.contains(Kind.CLOCK) ? 1 : 0);
        Duration left =
                time.minus(OUTAGE.multipliedBy(outages))
                        .minus(RESPITE_MIN.multipliedBy(outages + others));
        Duration share = left.dividedBy(Math.max(1, others));
        return longer(OTHER_MIN, share.compareTo(OTHER_MAX) < 0 ? share : OTHER_MAX);
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }
}
