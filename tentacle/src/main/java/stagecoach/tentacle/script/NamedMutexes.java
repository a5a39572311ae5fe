package stagecoach.tentacle.script;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import stagecoach.vocabulary.process.Mutex;

/**
 * The machine's named locks, granted in order of arrival: a shared one waits behind an exclusive
 * one that came before. Kept in memory; at a start the journal tells who stood where.
 */
public final class NamedMutexes {
    private final Map<String, Deque<Place>> queues = new HashMap<>();

    /**
     * Stands in line.
     *
     * @param holder what those who wait are told of this one
     * @param granted called once, when the lock is held; perhaps before this returns
     */
    public synchronized Place enqueue(Mutex mutex, String holder, Runnable granted) {
        Place place = new Place(mutex, holder, granted);
        queues.computeIfAbsent(mutex.name(), _ -> new ArrayDeque<>()).addLast(place);
        grant(mutex.name());
        return place;
    }

    private synchronized void leave(Place place) {
        Deque<Place> queue = queues.get(place.mutex.name());
        if (queue != null && queue.remove(place)) {
            if (queue.isEmpty()) {
                queues.remove(place.mutex.name());
            } else {
                grant(place.mutex.name());
            }
        }
    }

    private void grant(String name) {
        boolean first = true;
        for (Place place : queues.getOrDefault(name, new ArrayDeque<>())) {
            boolean exclusive = place.mutex.mode() == Mutex.Mode.EXCLUSIVE;
            if (exclusive && !first) {
                return;
            }
            if (!place.held) {
                place.held = true;
                place.granted.run();
            }
            if (exclusive) {
                return;
            }
            first = false;
        }
    }

    /** A place in a lock's line. */
    public final class Place implements AutoCloseable {
        private final Mutex mutex;
        private final String holder;
        private final Runnable granted;
        private boolean held;

        private Place(Mutex mutex, String holder, Runnable granted) {
            this.mutex = mutex;
            this.holder = holder;
            this.granted = granted;
        }

        /** Whether the lock is held. */
        public boolean isHeld() {
            synchronized (NamedMutexes.this) {
                return held;
            }
        }

        /** Who holds the lock now. */
        public List<String> holders() {
            synchronized (NamedMutexes.this) {
                return queues.getOrDefault(mutex.name(), new ArrayDeque<>()).stream()
                        .filter(place -> place.held)
                        .map(place -> place.holder)
                        .toList();
            }
        }

        /** Leaves the line, or gives the lock back. */
        @Override
        public void close() {
            leave(this);
        }
    }
}
