package stagecoach.orchestrator.app.deployment;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Optional;
import stagecoach.runtime.rounds.Rounds;

/**
 * Looks from time to time whether somebody may start: whoever freed a slot may have died before he
 * could hand it on, and a service that was started again with a higher limit has room that no
 * deployment has freed.
 */
@Singleton
class AdmissionThread {
    private static final Duration EVERY = Duration.ofSeconds(10);

    private final Admission admission;
    private final DeploymentKind kind;
    private final Rounds rounds = new Rounds("admission", EVERY, this::look);

    AdmissionThread(Admission admission, DeploymentKind kind) {
        this.admission = admission;
        this.kind = kind;
    }

    void start(@Observes StartupEvent event) {
        rounds.start();
    }

    void stop(@Observes ShutdownEvent event) {
        rounds.stop();
    }

    private void look() {
        admission.admit(kind, Optional.empty());
    }
}
