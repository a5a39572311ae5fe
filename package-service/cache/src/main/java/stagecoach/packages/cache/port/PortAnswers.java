package stagecoach.packages.cache.port;

import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;

/** Answers of the port that carry no package. */
final class PortAnswers {
    private PortAnswers() {}

    /** A refusal in the form of RFC 9457, ends the response; called on its event loop. */
    static void problem(HttpServerResponse response, int status, String title, String detail) {
        if (response.ended() || response.closed()) {
            return;
        }
        var problem =
                new JsonObject().put("title", title).put("status", status).put("detail", detail);
        response.setStatusCode(status)
                .putHeader("Content-Type", "application/problem+json")
                .end(problem.toBuffer());
    }

    /** JSON, ends the response; called on its event loop. */
    static void json(HttpServerResponse response, int status, byte[] json) {
        if (response.ended() || response.closed()) {
            return;
        }
        response.setStatusCode(status)
                .putHeader("Content-Type", "application/json")
                .end(io.vertx.core.buffer.Buffer.buffer(json));
    }
}
