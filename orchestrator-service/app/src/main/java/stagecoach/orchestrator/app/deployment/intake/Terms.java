package stagecoach.orchestrator.app.deployment.intake;

import java.time.Instant;
import java.util.Optional;
import stagecoach.orchestrator.app.catalog.row.EnvironmentRow;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.request.JsonBody;
import stagecoach.vocabulary.identity.EnvironmentId;

/**
 * When and how a deployment shall run.
 *
 * @param notBefore empty also if that time has passed
 * @param guidedFailure the deployment's own word, or else its environment's
 */
record Terms(
        Optional<Instant> notBefore,
        Optional<Instant> notAfter,
        boolean acquireOnly,
        boolean guidedFailure) {
    /** Reads them; what is wrong is noted. */
    static Terms read(Tx tx, JsonBody body, Optional<EnvironmentId> environment, Instant now) {
        Optional<Instant> notBefore = body.instant("notBefore");
        Optional<Instant> notAfter = body.instant("notAfter");
        notAfter.filter(end -> !end.isAfter(now))
                .ifPresent(
                        end ->
                                body.mistake(
                                        "notAfter",
                                        "%s has passed, so the deployment would be given up at once. Choose a later time, or leave it out."
                                                .formatted(end)));
        notAfter.filter(end -> notBefore.filter(start -> !start.isBefore(end)).isPresent())
                .ifPresent(
                        end ->
                                body.mistake(
                                        "notAfter",
                                        "%s is not after notBefore, so the deployment could never start. Choose a later time."
                                                .formatted(end)));
        boolean acquireOnly = body.flag("acquireOnly").orElse(false);
        boolean guided =
                body.flag("guidedFailure")
                        .orElseGet(() -> environment.filter(id -> guides(tx, id)).isPresent());
        return new Terms(
                notBefore.filter(start -> start.isAfter(now)), notAfter, acquireOnly, guided);
    }

    private static boolean guides(Tx tx, EnvironmentId environment) {
        return tx.find(EnvironmentRow.class, environment.value())
                .filter(row -> row.guidedFailure)
                .isPresent();
    }
}
