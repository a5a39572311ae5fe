package stagecoach.runtime.inbox;

import io.quarkus.logging.Log;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import stagecoach.runtime.store.TemporaryFailure;

/** Counts what is parked, every few seconds, for the metric that an alert watches. */
@Singleton
class ParkingThread {
    private static final long EVERY_SECONDS = 10;

    private final Parking parking;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private @Nullable Thread thread;

    ParkingThread(Parking parking) {
        this.parking = parking;
    }

    void start(@Observes StartupEvent event) {
        thread = Thread.ofVirtual().name("parking").start(this::run);
    }

    void stop(@Observes ShutdownEvent event) throws InterruptedException {
        stopping.countDown();
        if (thread != null) {
            thread.join(TimeUnit.SECONDS.toMillis(5));
        }
    }

    private void run() {
        boolean stopped = false;
        while (!stopped) {
            try {
                parking.count();
            } catch (TemporaryFailure e) {
                // The figures stay as they were; the health check is what says that it is away.
                stopped = stopping.getCount() == 0;
            } catch (RuntimeException e) {
                Log.error("What is parked could not be counted; it is tried again.", e);
            }
            try {
                stopped = stopped || stopping.await(EVERY_SECONDS, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
