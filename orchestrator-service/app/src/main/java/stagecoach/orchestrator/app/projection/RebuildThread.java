package stagecoach.orchestrator.app.projection;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import stagecoach.orchestrator.app.projection.Rebuild.Outcome;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.codec.Codecs;
import stagecoach.runtime.rounds.Rounds;

/** Looks for rebuilds that were asked for, and goes on with those that somebody left. */
@Singleton
class RebuildThread {
    private static final Duration EVERY = Duration.ofSeconds(1);

    private final Rebuild rebuild;
    private final List<Projection> projections;
    private final Rounds rounds = new Rounds("rebuild", EVERY, this::work);

    RebuildThread(
            UnitOfWork unitOfWork,
            Shadow shadow,
            Codecs codecs,
            Clock clock,
            @Any Instance<Projection> projections) {
        this.rebuild = new Rebuild(unitOfWork, shadow, codecs, clock, point -> {});
        this.projections = projections.stream().toList();
    }

    void start(@Observes StartupEvent event) {
        rounds.start();
    }

    void stop(@Observes ShutdownEvent event) {
        rounds.stop();
    }

    private void work() {
        for (Projection projection : projections) {
            while (!rounds.isStopping() && rebuild.round(projection) == Outcome.WORKED) {
                // On with the next piece.
            }
        }
    }
}
