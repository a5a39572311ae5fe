package stagecoach.packages.app.acquisition;

import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Tells whoever moves packages that there may be something to do. */
@Singleton
class WakeUp {
    private final Semaphore rung = new Semaphore(0);

    void ring() {
        rung.release();
    }

    /** Returns when it is rung, or after {@code max}. */
    void await(Duration max) throws InterruptedException {
        if (rung.tryAcquire(max.toMillis(), TimeUnit.MILLISECONDS)) {
            rung.drainPermits();
        }
    }
}
