package stagecoach.orchestrator.app.deployment;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.HashSet;
import java.util.Optional;
import stagecoach.orchestrator.app.deployment.queue.NextInLine;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.rounds.Rounds;

/**
 * Starts whoever may start, whenever somebody says that there may be room, and from time to time:
 * whoever freed a slot may have died before he could hand it on, and a service that was started
 * again with a higher limit has room that no deployment has freed.
 */
@Singleton
class AdmissionThread implements NextInLine {
    private final UnitOfWork unitOfWork;
    private final Admission admission;
    private final DeploymentKind kind;
    private final DeploymentSettings settings;
    private final Rounds rounds;

    AdmissionThread(
            UnitOfWork unitOfWork,
            Admission admission,
            DeploymentKind kind,
            DeploymentSettings settings) {
        this.unitOfWork = unitOfWork;
        this.admission = admission;
        this.kind = kind;
        this.settings = settings;
        this.rounds = new Rounds("admission", settings.admissionEvery(), this::look);
    }

    void start(@Observes StartupEvent event) {
        rounds.start();
    }

    void stop(@Observes ShutdownEvent event) {
        rounds.stop();
    }

    @Override
    public void look(Tx tx) {
        unitOfWork.afterCommit(tx, this::wake);
    }

    @Override
    public int tasksMaxConfigured() {
        return settings.tasksMax();
    }

    /** There may be room for somebody, now. */
    void wake() {
        rounds.wake();
    }

    private void look() {
        var held = new HashSet<String>();
        boolean more = true;
        while (more && !rounds.isStopping()) {
            more = admission.admitNext(kind, Optional.empty(), held);
        }
    }
}
