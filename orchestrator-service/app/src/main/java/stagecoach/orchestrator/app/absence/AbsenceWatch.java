package stagecoach.orchestrator.app.absence;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import stagecoach.runtime.rounds.Rounds;

/** Looks every few seconds who is there. */
@Singleton
class AbsenceWatch {
    private static final Duration EVERY = Duration.ofSeconds(5);

    private final Listeners listeners;
    private final Clock clock;
    private final boolean enabled;
    private final Rounds rounds;
    private volatile Sightings sightings = Sightings.none();

    AbsenceWatch(
            Listeners listeners,
            Clock clock,
            @ConfigProperty(name = "stagecoach.absence.watched", defaultValue = "true")
                    boolean enabled) {
        this.listeners = listeners;
        this.clock = clock;
        this.enabled = enabled;
        this.rounds = new Rounds("absence", EVERY, this::look);
    }

    void start(@Observes StartupEvent event) {
        if (enabled) {
            rounds.start();
        }
    }

    void stop(@Observes ShutdownEvent event) {
        rounds.stop();
    }

    /** One look. */
    void look() {
        try {
            var there = listeners.there();
            sightings = sightings.after(there, clock.instant().truncatedTo(ChronoUnit.SECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** What was seen until now. */
    Sightings sightings() {
        return sightings;
    }
}
