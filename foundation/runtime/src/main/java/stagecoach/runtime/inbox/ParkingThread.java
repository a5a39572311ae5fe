package stagecoach.runtime.inbox;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import stagecoach.runtime.rounds.Rounds;
import stagecoach.runtime.store.TemporaryFailure;

/** Counts what is parked, every few seconds, for the metric that an alert watches. */
@Singleton
class ParkingThread {
    private static final Duration EVERY = Duration.ofSeconds(10);

    private final Parking parking;
    private final Rounds rounds;

    ParkingThread(Parking parking) {
        this.parking = parking;
        this.rounds = new Rounds("parking", EVERY, this::count);
    }

    void start(@Observes StartupEvent event) {
        rounds.start();
    }

    void stop(@Observes ShutdownEvent event) {
        rounds.stop();
    }

    private void count() {
        try {
            parking.count();
        } catch (TemporaryFailure e) {
            // The figures stay as they were; the health check is what says that it is away.
            return;
        }
    }
}
