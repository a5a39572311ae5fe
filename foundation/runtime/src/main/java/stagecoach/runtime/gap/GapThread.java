package stagecoach.runtime.gap;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.rounds.Rounds;
import stagecoach.runtime.streams.RequestPublisher;

/** Looks for gaps from start to stop. */
@Singleton
class GapThread {
    private static final Duration EVERY = Duration.ofSeconds(5);

    private final Rounds rounds;
    private final boolean enabled;

    GapThread(
            UnitOfWork unitOfWork,
            Clock clock,
            RequestPublisher publisher,
            @ConfigProperty(name = "stagecoach.gaps.enabled", defaultValue = "true")
                    boolean enabled) {
        var watch = new GapWatch(unitOfWork, clock, publisher);
        this.rounds = new Rounds("gaps", EVERY, watch::ask);
        this.enabled = enabled;
    }

    void start(@Observes StartupEvent event) {
        if (enabled) {
            rounds.start();
        }
    }

    void stop(@Observes ShutdownEvent event) {
        rounds.stop();
    }
}
