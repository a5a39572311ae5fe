package stagecoach.orchestrator.app.deployment.intake;

import stagecoach.decider.Rejection;
import stagecoach.orchestrator.app.catalog.project.LifecycleReader;
import stagecoach.orchestrator.app.catalog.row.ProjectRow;
import stagecoach.orchestrator.release.Lifecycle;
import stagecoach.orchestrator.release.Release;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.vocabulary.identity.EnvironmentId;

/** Lets a release go only where its project's lifecycle has it go now. */
final class LifecycleCheck {
    private LifecycleCheck() {}

    /**
     * Does nothing, if the release may go to {@code environment}.
     *
     * @throws Rejection if another environment must come first
     */
    static void check(Tx tx, Release release, EnvironmentId environment) {
        var lifecycle =
                tx.find(ProjectRow.class, release.project().value())
                        .map(row -> LifecycleReader.of(row.lifecycle))
                        .orElse(Lifecycle.NONE);
        if (lifecycle.phases().isEmpty()) {
            return;
        }
        var succeeded =
                tx
                        .select(
                                """
                                SELECT DISTINCT environment FROM deployment
                                WHERE project = ?1 AND release = ?2 AND state = 'SUCCEEDED'
                                UNION SELECT environment FROM release_success
                                WHERE project = ?1 AND release = ?2""",
                                release.project().value(),
                                release.version().value())
                        .stream()
                        .map(row -> new EnvironmentId(row.text(0)))
                        .toList();
        lifecycle
                .whyNot(environment, succeeded)
                .ifPresent(
                        why -> {
                            throw new Rejection(
                                    Rejection.Kind.CONFLICT,
                                    "lifecycle",
                                    "Release %s of %s may not go to %s now. %s"
                                            .formatted(
                                                    release.version(),
                                                    release.project(),
                                                    environment,
                                                    why));
                        });
    }
}
