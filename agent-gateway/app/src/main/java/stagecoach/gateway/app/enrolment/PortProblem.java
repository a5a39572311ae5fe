package stagecoach.gateway.app.enrolment;

import io.vertx.core.http.HttpServerResponse;
import java.util.LinkedHashMap;
import stagecoach.wire.StagecoachJson;

/** Refusals of the ports that machines come in at, in the same form as the API's (RFC 9457). */
public final class PortProblem {
    private PortProblem() {}

    /** Answers with a problem and ends the response; called on its event loop. */
    public static void answer(
            HttpServerResponse response, int status, String title, String detail) {
        if (response.ended() || response.closed()) {
            return;
        }
        var problem = new LinkedHashMap<String, Object>();
        problem.put("title", title);
        problem.put("status", status);
        problem.put("detail", detail);
        response.setStatusCode(status)
                .putHeader("Content-Type", "application/problem+json")
                .end(StagecoachJson.text(problem));
    }
}
