package stagecoach.orchestrator.app.deployment.intake;

import java.time.Instant;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;
import stagecoach.runtime.request.JsonBody;

/**
 * What somebody may say about going on.
 *
 * @param at not before this time; at once if it is left out
 */
@Schema(name = "ProceedRequest")
record ProceedRequest(@Nullable Instant at) {
    /** The time in {@code json}. */
    static Optional<Instant> at(byte @Nullable [] json) {
        if (json == null || json.length == 0) {
            return Optional.empty();
        }
        var body = JsonBody.of(json);
        Optional<Instant> at = body.instant("at");
        body.refuseUnknown();
        body.mistakes().refuseIfAny();
        return at;
    }
}
