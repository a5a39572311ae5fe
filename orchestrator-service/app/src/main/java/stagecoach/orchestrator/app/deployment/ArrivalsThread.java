package stagecoach.orchestrator.app.deployment;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import stagecoach.runtime.rounds.Rounds;

/**
 * Lets those who wait for machines look again from time to time: a process that changed a machine
 * may have died before it could tell them.
 */
@Singleton
class ArrivalsThread {
    private static final Duration EVERY = Duration.ofSeconds(30);

    private final Rounds rounds;

    ArrivalsThread(Arrivals arrivals) {
        this.rounds = new Rounds("arrivals", EVERY, arrivals::lookAtWaiting);
    }

    void start(@Observes StartupEvent event) {
        rounds.start();
    }

    void stop(@Observes ShutdownEvent event) {
        rounds.stop();
    }
}
