package stagecoach.packages.app.transfer;

import io.quarkus.logging.Log;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * Single flight: one piece of work per key at a time; whoever wants it meanwhile waits for the same
 * result. What becomes of the result, and that work which broke down is wanted again, is for those
 * who want it.
 *
 * @param <K> what the work is known by
 * @param <W> who waits
 */
public final class Flights<K, W> implements AutoCloseable {
    private final ExecutorService threads;
    private final Map<K, Flight<W>> flights = new HashMap<>();

    /**
     * @param name of the threads
     */
    public Flights(String name) {
        threads =
                Executors.newThreadPerTaskExecutor(
                        Thread.ofVirtual().name(name + "-", 0).factory());
    }

    /** Work that is under way. */
    public static final class Flight<W> {
        private final Set<W> waiting = new LinkedHashSet<>();
        private final Set<W> told = new HashSet<>();
        private volatile boolean abandoned;

        /** Whether nobody waits any more, so that the work should end. */
        public boolean abandoned() {
            return abandoned;
        }

        /** Who waits now, in the order in which they came. */
        public synchronized List<W> waiting() {
            return List.copyOf(waiting);
        }

        private synchronized void add(W waiter) {
            waiting.add(waiter);
        }

        private synchronized boolean someUntold() {
            return !told.containsAll(waiting);
        }

        /** Those who have not been told yet, and are from now on. */
        private synchronized List<W> untold() {
            return waiting.stream().filter(told::add).toList();
        }
    }

    /** Does the work and tells those who wait. */
    public interface Work<W> {
        /**
         * Does it, on a virtual thread.
         *
         * @return what to tell those who wait at the end
         */
        Landing<W> fly(Flight<W> flight) throws InterruptedException;
    }

    /** The end of a flight. */
    public interface Landing<W> {
        /** Tells some of those who waited what came of it; again for those who came last. */
        void tell(List<W> waited);
    }

    /** Begins the work, or waits for that which is under way. */
    public synchronized void want(K key, W waiter, Work<W> work) {
        @Nullable Flight<W> present = flights.get(key);
        if (present != null) {
            present.abandoned = false;
            present.add(waiter);
            return;
        }
        var flight = new Flight<W>();
        flight.add(waiter);
        flights.put(key, flight);
        threads.execute(() -> fly(key, flight, work));
    }

    /** Says which work is wanted at all: any other ends. */
    public synchronized void keepOnly(Set<K> wanted) {
        flights.forEach((key, flight) -> flight.abandoned = !wanted.contains(key));
    }

    private void fly(K key, Flight<W> flight, Work<W> work) {
        try {
            Landing<W> landing = work.fly(flight);
            while (!landed(key, flight)) {
                landing.tell(flight.untold());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            Log.warnf(e, "Work broke down and is begun again while it is wanted. key=%s", key);
        } finally {
            land(key, flight);
        }
    }

    /** Whether all have been told; then nobody can join any more. */
    private synchronized boolean landed(K key, Flight<W> flight) {
        if (flight.someUntold()) {
            return false;
        }
        flights.remove(key, flight);
        return true;
    }

    private synchronized void land(K key, Flight<W> flight) {
        flights.remove(key, flight);
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
