package stagecoach.runtime.store;

import jakarta.inject.Singleton;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Wakes the relay of this process when something was committed for it, here or in another pod. */
@Singleton
public class Doorbell {
    private final Semaphore rung = new Semaphore(0);
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

    /** This process committed something to send. */
    public void ring() {
        wake();
        listeners.forEach(Runnable::run);
    }

    /** There may be something to send, whoever committed it. */
    public void wake() {
        if (rung.availablePermits() == 0) {
            rung.release();
        }
    }

    /**
     * Has {@code listener} run at each {@link #ring}, on the thread that rings; it must be quick.
     */
    public void onRing(Runnable listener) {
        listeners.add(listener);
    }

    /**
     * Waits until it rings, at most so long.
     *
     * @return whether it rang
     */
    public boolean await(long millis) throws InterruptedException {
        boolean came = rung.tryAcquire(millis, TimeUnit.MILLISECONDS);
        if (came) {
            rung.drainPermits();
        }
        return came;
    }
}
