package stagecoach.simulation.engine;

import java.time.Instant;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import stagecoach.decider.StreamId;

/** The table of a service's timers; it outlives a crash. */
final class Timers {
    private final Timeline time;
    private final BooleanSupplier up;
    private final Fire fire;
    private final Map<Key, Timer> timers = new TreeMap<>();
    private final Alarm alarm;

    /** What happens when a timer's time has come. */
    interface Fire {
        void fire(Kind<?, ?, ?> kind, StreamId stream, String timer, Instant due);
    }

    private record Key(StreamId stream, String name) implements Comparable<Key> {
        @Override
        public int compareTo(Key other) {
            return Comparator.comparing(Key::stream).thenComparing(Key::name).compare(this, other);
        }
    }

    private record Timer(Kind<?, ?, ?> kind, Instant due) {}

    /** No timers yet; they fire only while the service is up. */
    Timers(Timeline time, BooleanSupplier up, Fire fire) {
        this.time = time;
        this.up = up;
        this.fire = fire;
        this.alarm = new Alarm(time, this::earliest, this::fireWhatIsDue);
    }

    /** Makes the timers of a stream those that its new state wants. */
    void keep(
            Kind<?, ?, ?> kind,
            StreamId stream,
            Map<String, Instant> before,
            Map<String, Instant> after) {
        before.keySet().stream()
                .filter(timer -> !after.containsKey(timer))
                .forEach(timer -> timers.remove(new Key(stream, timer)));
        after.forEach(
                (timer, due) -> {
                    if (!due.equals(before.get(timer))) {
                        timers.put(new Key(stream, timer), new Timer(kind, due));
                    }
                });
        alarm.set();
    }

    /** The service is up again, or the clock has jumped. */
    void set() {
        alarm.set();
    }

    /** All are gone. */
    void clear() {
        timers.clear();
    }

    private Optional<Instant> earliest() {
        return timers.values().stream().map(Timer::due).min(Comparator.naturalOrder());
    }

    private void fireWhatIsDue() {
        if (!up.getAsBoolean()) {
            return;
        }
        var now = time.clock();
        for (var due : new TreeMap<>(timers).entrySet()) {
            var timer = due.getValue();
            if (!timer.due().isAfter(now) && timers.remove(due.getKey(), timer)) {
                fire.fire(timer.kind(), due.getKey().stream(), due.getKey().name(), timer.due());
            }
        }
        alarm.set();
    }
}
