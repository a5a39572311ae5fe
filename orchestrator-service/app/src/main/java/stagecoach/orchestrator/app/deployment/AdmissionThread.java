package stagecoach.orchestrator.app.deployment;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.rounds.Rounds;

/**
 * Looks from time to time whether somebody may start: a service that was started again with a
 * higher limit has room that no deployment has freed.
 */
@Singleton
class AdmissionThread {
    private static final Duration EVERY = Duration.ofSeconds(10);

    private final UnitOfWork unitOfWork;
    private final Admission admission;
    private final DeploymentKind kind;
    private final Clock clock;
    private final Rounds rounds = new Rounds("admission", EVERY, this::look);

    AdmissionThread(UnitOfWork unitOfWork, Admission admission, DeploymentKind kind, Clock clock) {
        this.unitOfWork = unitOfWork;
        this.admission = admission;
        this.kind = kind;
        this.clock = clock;
    }

    void start(@Observes StartupEvent event) {
        rounds.start();
    }

    void stop(@Observes ShutdownEvent event) {
        rounds.stop();
    }

    private void look() {
        unitOfWork.execute(tx -> admission.admit(tx, kind, clock.instant()));
    }
}
