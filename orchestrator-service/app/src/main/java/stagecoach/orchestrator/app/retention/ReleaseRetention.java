package stagecoach.orchestrator.app.retention;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import stagecoach.contracts.configuration.ConfigurationDocument.ReleasesKept;
import stagecoach.orchestrator.app.catalog.project.LifecycleReader;
import stagecoach.orchestrator.app.catalog.row.ProjectRow;
import stagecoach.orchestrator.app.release.ReleaseStore;
import stagecoach.orchestrator.release.Lifecycle;
import stagecoach.orchestrator.release.ReleaseKeeping;
import stagecoach.orchestrator.release.ReleaseKeeping.Candidate;
import stagecoach.orchestrator.release.ReleaseKeeping.Going;
import stagecoach.orchestrator.release.ReleaseKeeping.Visit;
import stagecoach.runtime.aggregate.Cause;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.rounds.Rounds;
import stagecoach.runtime.sql.SqlRow;
import stagecoach.vocabulary.identity.EnvironmentId;
import stagecoach.vocabulary.identity.ProjectId;
import stagecoach.vocabulary.identity.ReleaseVersion;

/**
 * Retires releases that somebody's rule keeps no longer, a project after the other; which ones is
 * {@link ReleaseKeeping}'s. What they had leased is freed by those who hear of it.
 */
@Singleton
class ReleaseRetention {
    private static final Duration EVERY = Duration.ofMinutes(5);
    private static final int RELEASES_AT_ONCE = 50;

    private static final String NEXT_PROJECT =
            "SELECT project FROM release WHERE project > ?1 ORDER BY project LIMIT 1";

    private static final String VISITS =
            """
            SELECT release, environment, max(at), max(at) FILTER (WHERE succeeded), bool_or(open)
            FROM (
                SELECT d.release, d.environment, d.state = 'SUCCEEDED' AS succeeded,
                    coalesce(d.ended_at, now()) AS at,
                    d.state NOT IN ('SUCCEEDED', 'FAILED', 'CANCELLED') OR d.ended_at IS NULL
                        OR EXISTS (SELECT 1 FROM interruption i
                            WHERE i.deployment = d.id AND i.resolved_at IS NULL) AS open
                FROM deployment d WHERE d.project = ?1
                UNION ALL
                SELECT release, environment, true, coalesce(ended_at, to_timestamp(0)), false
                FROM release_success WHERE project = ?1) visit
            GROUP BY release, environment
            """;

    private final UnitOfWork unitOfWork;
    private final RetentionSettings settings;
    private final ReleaseStore releases;
    private final Clock clock;
    private final Rounds rounds;

    ReleaseRetention(
            UnitOfWork unitOfWork, RetentionSettings settings, ReleaseStore releases, Clock clock) {
        this.unitOfWork = unitOfWork;
        this.settings = settings;
        this.releases = releases;
        this.clock = clock;
        this.rounds = new Rounds("release-retention", EVERY, this::retireAll);
    }

    void start(@Observes StartupEvent event) {
        rounds.start();
    }

    void stop(@Observes ShutdownEvent event) {
        rounds.stop();
    }

    /** Looks at all projects once. */
    void retireAll() {
        Optional<String> project = unitOfWork.run(tx -> next(tx, ""));
        while (project.isPresent() && !rounds.isStopping()) {
            String present = project.get();
            boolean more = true;
            while (more && !rounds.isStopping()) {
                more = unitOfWork.run(tx -> retire(tx, new ProjectId(present)));
            }
            project = unitOfWork.run(tx -> next(tx, present));
        }
    }

    private Optional<String> next(Tx tx, String behind) {
        ReleasesKept kept = settings.present(tx).releases().orElseThrow();
        if (kept.perPhase().isEmpty() && kept.days().isEmpty()) {
            return Optional.empty();
        }
        return tx.select(NEXT_PROJECT, behind).stream().findFirst().map(row -> row.text(0));
    }

    /**
     * Retires some releases of a project.
     *
     * @return whether there may be more
     */
    boolean retire(Tx tx, ProjectId project) {
        Instant now = clock.instant();
        List<Going> going = going(tx, project, now);
        String[] some =
                going.stream()
                        .limit(RELEASES_AT_ONCE)
                        .map(release -> release.version().value())
                        .toArray(String[]::new);
        if (some.length == 0) {
            return false;
        }
        // Whom another pod is about to retire is left to it; who deploys one of them now has it.
        Set<String> locked = new HashSet<>();
        tx.select(
                        "SELECT version FROM release WHERE project = ?1 AND version = ANY(?2) ORDER BY version FOR UPDATE SKIP LOCKED",
                        project.value(),
                        some)
                .forEach(row -> locked.add(row.text(0)));
        // In a statement of its own: it sees the deployments that were made before we had the rows.
        List<Going> still =
                going(tx, project, now).stream()
                        .filter(release -> locked.contains(release.version().value()))
                        .toList();
        releases.retire(tx, project, still, Cause.of(clock, Cause.SYSTEM));
        return going.size() > RELEASES_AT_ONCE && !still.isEmpty();
    }

    private List<Going> going(Tx tx, ProjectId project, Instant now) {
        ReleasesKept kept = settings.present(tx).releases().orElseThrow();
        Lifecycle lifecycle =
                tx.find(ProjectRow.class, project.value())
                        .map(row -> LifecycleReader.of(row.lifecycle))
                        .orElse(Lifecycle.NONE);
        Map<String, List<Visit>> visits = new HashMap<>();
        for (var row : tx.select(VISITS, project.value())) {
            visits.computeIfAbsent(row.text(0), _ -> new ArrayList<>()).add(visit(row));
        }
        List<Candidate> candidates =
                tx
                        .select(
                                "SELECT version, created_at FROM release WHERE project = ?1",
                                project.value())
                        .stream()
                        .map(
                                row ->
                                        new Candidate(
                                                new ReleaseVersion(row.text(0)),
                                                row.instant(1),
                                                visits.getOrDefault(row.text(0), List.of())))
                        .toList();
        return ReleaseKeeping.going(candidates, lifecycle, kept, now);
    }

    private static Visit visit(SqlRow row) {
        return new Visit(
                new EnvironmentId(row.text(1)),
                row.instant(2),
                row.optionalInstant(3),
                row.flag(4));
    }
}
