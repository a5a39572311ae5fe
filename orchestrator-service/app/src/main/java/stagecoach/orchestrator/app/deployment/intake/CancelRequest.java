package stagecoach.orchestrator.app.deployment.intake;

import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;
import stagecoach.runtime.request.JsonBody;

/**
 * What may be said with a cancel.
 *
 * @param skipCleanup whether the ALWAYS steps are left out, or ended if they run
 */
@Schema(name = "CancelRequest")
record CancelRequest(boolean skipCleanup) {
    /** Whether a body, which may be left out, says that nothing is cleaned up. */
    static boolean skipsCleanup(byte @Nullable [] json) {
        if (json == null || json.length == 0) {
            return false;
        }
        var body = JsonBody.of(json);
        boolean skip = body.flag("skipCleanup").orElse(false);
        body.refuseUnknown();
        body.mistakes().refuseIfAny();
        return skip;
    }
}
