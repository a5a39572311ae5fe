package audit;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/**
 * An event, as far as it matters here.
 *
 * @param stream what it happened to, such as {@code deployment-7f3k9qzm}
 * @param version its place in the stream, from 1
 * @param type such as {@code stagecoach.DeploymentEnded.v1}
 * @param time when it was decided, in UTC
 * @param actor who wanted it, if that is told
 * @param data what happened
 */
record Event(
        String stream,
        long version,
        String type,
        String time,
        @Nullable String actor,
        JsonNode data) {
    /** Whether it happened to a deployment. */
    boolean isOfDeployment() {
        return stream.startsWith("deployment-");
    }
}
