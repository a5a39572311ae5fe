package stagecoach.gateway.app.bytes;

import io.vertx.core.Context;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import stagecoach.gateway.app.crowd.CrowdConfig;
import stagecoach.gateway.app.crowd.Doorway;
import stagecoach.gateway.app.enrolment.Certificates;
import stagecoach.gateway.app.enrolment.PortProblem;
import stagecoach.runtime.store.TemporaryFailure;
import stagecoach.trust.Thumbprint;
import stagecoach.vocabulary.identity.AgentId;

/**
 * Whoever calls at the bytes port, of one event loop: whether it is trusted, and what it is told if
 * it is not, or not now. What a machine may, and what is then done for it, is known to each path.
 */
final class Callers {
    private static final Logger LOG = Logger.getLogger(Callers.class);
    private static final Pattern SECONDS = Pattern.compile("[0-9]{1,9}");

    /** Whatever an answer says: in so many seconds more than it may have changed. */
    private static final int AFTER_SECONDS_MAX = 60;

    private final Context loop;
    private final Certificates certificates;
    private final Doorway doorway;
    private final CrowdConfig crowd;

    Callers(Context loop, Certificates certificates, Doorway doorway, CrowdConfig crowd) {
        this.loop = loop;
        this.certificates = certificates;
        this.doorway = doorway;
        this.crowd = crowd;
    }

    /** What is said to whoever asks. */
    sealed interface Judged<T> {
        /** It may, and this is known of it. */
        record Allowed<T>(T known) implements Judged<T> {}

        /** It may not. */
        record Refused<T>(int status, String title, String detail) implements Judged<T> {}
    }

    /** Judges what a machine asks for. */
    @FunctionalInterface
    interface Judge<T> {
        /**
         * Asks the database.
         *
         * @param agent whose certificate was shown
         * @param from where it calls from
         */
        Judged<T> of(AgentId agent, Thumbprint shown, String from);
    }

    /** Has come in, and is no longer waited for. */
    void entered(HttpServerRequest request) {
        doorway.leave(request.connection().remoteAddress());
        request.response().endHandler(done -> doorway.again(request.connection(), crowd.idleMax()));
    }

    /**
     * Asks who calls, and whether it may, which is waited for elsewhere.
     *
     * @param allowed goes on with it, on its event loop
     */
    <T> void judge(HttpServerRequest request, Judge<T> judge, Consumer<T> allowed) {
        Thumbprint shown;
        try {
            shown = Thumbprint.ofPeer(request.sslSession());
        } catch (SSLPeerUnverifiedException e) {
            refuse(request, 403, "No certificate", "Show a client certificate.");
            return;
        }
        String from = request.remoteAddress().host();
        Thread.ofVirtual()
                .name("bytes")
                .start(
                        () -> {
                            Judged<T> judged = judged(shown, from, judge);
                            loop.runOnContext(v -> answer(request, judged, allowed));
                        });
    }

    private <T> Judged<T> judged(Thumbprint shown, String from, Judge<T> judge) {
        try {
            Optional<AgentId> agent = certificates.trusted(shown, from);
            if (agent.isEmpty()) {
                LOG.warnf("stranger refused thumbprint=%s", shown);
                return new Judged.Refused<>(
                        403, "Not trusted", "This certificate is not trusted here. Enrol.");
            }
            return judge.of(agent.get(), shown, from);
        } catch (TemporaryFailure e) {
            return new Judged.Refused<>(503, "Not now", "Try again soon.");
        } catch (RuntimeException e) {
            LOG.errorf(e, "a request could not be judged thumbprint=%s", shown);
            return new Judged.Refused<>(500, "Failed", "The gateway has failed; its log says why.");
        }
    }

    private static <T> void answer(
            HttpServerRequest request, Judged<T> judged, Consumer<T> allowed) {
        switch (judged) {
            case Judged.Allowed<T>(T known) -> allowed.accept(known);
            case Judged.Refused<T>(int status, String title, String detail) ->
                    refuse(request, status, title, detail);
        }
    }

    /** Says no; what is still to come of the request is not read. */
    static void refuse(HttpServerRequest request, int status, String title, String detail) {
        PortProblem.answer(
                request.response().putHeader("Connection", "close"), status, title, detail);
    }

    /**
     * Tells a response that has not begun when to ask again.
     *
     * @param after as the package-service has told it; what is no number of seconds is left out
     */
    static HttpServerResponse after(HttpServerResponse response, @Nullable String after) {
        if (after != null && SECONDS.matcher(after).matches() && !response.headWritten()) {
            long seconds = Math.min(AFTER_SECONDS_MAX, Long.parseLong(after));
            response.putHeader("Retry-After", Long.toString(seconds));
        }
        return response;
    }
}
