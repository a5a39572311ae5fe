package stagecoach.gateway.app.session;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import jakarta.inject.Singleton;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.jboss.logging.Logger;
import stagecoach.contracts.agent.AgentReport.Refusal;
import stagecoach.contracts.agent.Enrolment;
import stagecoach.gateway.app.enrolment.PortProblem;
import stagecoach.gateway.app.enrolment.Trust;
import stagecoach.gateway.app.refusal.Refusals;
import stagecoach.runtime.store.TemporaryFailure;
import stagecoach.trust.Thumbprint;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.wire.StagecoachJson;

/** {@code POST /enrol} at the agent port: a machine shows its certificate and a token. */
@Singleton
class EnrolHandler {
    private static final Logger LOG = Logger.getLogger(EnrolHandler.class);
    private static final int BODY_MAX_BYTES = 16 * 1024;

    private final Trust trust;
    private final Refusals refusals;
    private final Clock clock;

    EnrolHandler(Trust trust, Refusals refusals, Clock clock) {
        this.trust = trust;
        this.refusals = refusals;
        this.clock = clock;
    }

    /** Handles the request of whoever showed this certificate; called on its event loop. */
    void handle(HttpServerRequest request, Thumbprint shown, Context loop) {
        var body = Buffer.buffer();
        request.handler(
                part -> {
                    if (body.length() + part.length() > BODY_MAX_BYTES) {
                        request.pause();
                        PortProblem.answer(
                                request.response().putHeader("Connection", "close"),
                                413,
                                "Too large",
                                "An enrolment has at most %d bytes.".formatted(BODY_MAX_BYTES));
                    } else {
                        body.appendBuffer(part);
                    }
                });
        request.endHandler(
                end ->
                        Thread.ofVirtual()
                                .name("enrol")
                                .start(() -> enrol(request, shown, loop, body.getBytes())));
    }

    private void enrol(HttpServerRequest request, Thumbprint shown, Context loop, byte[] body) {
        try {
            Enrolment.Request asked = StagecoachJson.read(body, Enrolment.Request.class);
            if (asked.token() == null) {
                answer(request, loop, 400, "Bad request", "The token is missing.");
                return;
            }
            AgentId agent =
                    trust.enrol(
                            asked.token(), shown, clock.instant().truncatedTo(ChronoUnit.MICROS));
            LOG.infof("enrolled agent=%s thumbprint=%s", agent, shown);
            String answer = StagecoachJson.text(new Enrolment.Response(agent));
            loop.runOnContext(
                    v ->
                            request.response()
                                    .putHeader("Content-Type", "application/json")
                                    .end(answer));
        } catch (Trust.NotTrusted e) {
            LOG.warnf("enrolment refused thumbprint=%s reason=%s", shown, e.sentence());
            refusals.stranger(
                    Refusal.ENROLMENT_TOKEN,
                    request.remoteAddress().host(),
                    Optional.of(shown),
                    e.sentence());
            answer(request, loop, 403, "Not enrolled", e.sentence());
        } catch (TemporaryFailure e) {
            answer(request, loop, 503, "Not now", "The gateway cannot enrol now. Try again soon.");
        } catch (UncheckedIOException e) {
            answer(
                    request,
                    loop,
                    400,
                    "Bad request",
                    "Send {\"token\": …, \"version\": …} as JSON.%s".formatted(detail(e)));
        } catch (RuntimeException e) {
            LOG.errorf(e, "enrolment failed thumbprint=%s", shown);
            answer(request, loop, 500, "Failed", "The gateway has failed; its log says why.");
        }
    }

    private static String detail(UncheckedIOException e) {
        return e.getCause() instanceof JsonProcessingException json
                ? " " + json.getOriginalMessage()
                : "";
    }

    private static void answer(
            HttpServerRequest request, Context loop, int status, String title, String detail) {
        loop.runOnContext(v -> PortProblem.answer(request.response(), status, title, detail));
    }
}
