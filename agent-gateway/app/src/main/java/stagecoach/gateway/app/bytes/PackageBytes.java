package stagecoach.gateway.app.bytes;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.agent.AgentReport.Refusal;
import stagecoach.contracts.internal.ReadBytes;
import stagecoach.gateway.app.bytes.Callers.Judged;
import stagecoach.gateway.app.enrolment.PortProblem;
import stagecoach.gateway.app.mailbox.Mailbox;
import stagecoach.gateway.app.refusal.Refusals;
import stagecoach.runtime.access.ServiceToken;
import stagecoach.trust.Thumbprint;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.packages.Sha512;

/**
 * {@code GET|HEAD /packages/{sha512}}: streams a package from the package-service, as fast as the
 * tentacle reads, to a trusted tentacle that was told to acquire just that package.
 */
final class PackageBytes {
    private static final Logger LOG = Logger.getLogger(PackageBytes.class);
    private static final String PATH = "/packages/";
    private static final String NOT_NOW = "The package cannot be read now. Try again soon.";
    private static final List<String> REQUEST_HEADERS = List.of("Range", "If-Range");
    private static final List<String> RESPONSE_HEADERS =
            List.of(
                    "Content-Length",
                    "Content-Range",
                    "Content-Type",
                    "Accept-Ranges",
                    "ETag",
                    "Last-Modified");

    private final HttpClient client;
    private final Callers callers;
    private final Refusals refusals;
    private final Mailbox mailbox;
    private final ServiceToken serviceToken;
    private final BytesConfig config;
    private final Vertx vertx;

    PackageBytes(
            HttpClient client,
            Callers callers,
            Refusals refusals,
            Mailbox mailbox,
            ServiceToken serviceToken,
            BytesConfig config,
            Vertx vertx) {
        this.config = config;
        this.vertx = vertx;
        this.client = client;
        this.callers = callers;
        this.refusals = refusals;
        this.mailbox = mailbox;
        this.serviceToken = serviceToken;
    }

    void handle(HttpServerRequest request) {
        HttpServerResponse response = request.response();
        callers.entered(request);
        if (!request.method().equals(HttpMethod.GET) && !request.method().equals(HttpMethod.HEAD)) {
            PortProblem.answer(
                    response.putHeader("Allow", "GET, HEAD"),
                    405,
                    "Wrong method",
                    "Use GET or HEAD.");
            return;
        }
        Optional<Sha512> sha512 = digestIn(request.path());
        if (sha512.isEmpty()) {
            PortProblem.answer(
                    response,
                    404,
                    "Not found",
                    "This port knows /packages/{SHA-512 in hexadecimal digits}.");
            return;
        }
        callers.judge(
                request,
                (agent, shown, from) -> judged(sha512.get(), agent, shown, from),
                agent -> stream(request, sha512.get(), agent));
    }

    private static Optional<Sha512> digestIn(@Nullable String path) {
        if (path == null || !path.startsWith(PATH)) {
            return Optional.empty();
        }
        try {
            return Optional.of(new Sha512(path.substring(PATH.length())));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private Judged<AgentId> judged(Sha512 sha512, AgentId agent, Thumbprint shown, String from) {
        if (mailbox.mayRead(agent, sha512)) {
            return new Judged.Allowed<>(agent);
        }
        LOG.warnf("read refused agent=%s sha512=%s", agent, sha512);
        if (!mailbox.mightRead(agent, sha512)) {
            refusals.agent(
                    Refusal.OTHER_PACKAGE,
                    from,
                    shown,
                    agent,
                    "It asked for the package %s, which it has no command to acquire."
                            .formatted(sha512));
        }
        return new Judged.Refused<>(
                403,
                "Not told to",
                "%s has no open command to acquire this package from the server.".formatted(agent));
    }

    private void stream(HttpServerRequest request, Sha512 sha512, AgentId agent) {
        HttpServerResponse response = request.response();
        if (response.closed()) {
            return;
        }
        client.request(request.method(), ReadBytes.path(sha512, agent))
                .compose(
                        read -> {
                            read.putHeader("Authorization", "Bearer " + serviceToken.issue());
                            for (String name : REQUEST_HEADERS) {
                                String value = request.getHeader(name);
                                if (value != null) {
                                    read.putHeader(name, value);
                                }
                            }
                            var silence = new SilenceWatch(vertx, config.silenceMax(), read::reset);
                            // A tentacle that goes away leaves nothing to be read.
                            response.closeHandler(
                                    gone -> {
                                        silence.end();
                                        read.reset();
                                    });
                            return read.send()
                                    .onSuccess(given -> pass(given, request, silence))
                                    .onFailure(e -> silence.end());
                        })
                .onFailure(
                        e -> {
                            LOG.warnf(
                                    "package-service does not answer sha512=%s cause=%s",
                                    sha512, e);
                            PortProblem.answer(response, 503, "Not now", NOT_NOW);
                        });
    }

    private static void pass(
            HttpClientResponse given, HttpServerRequest request, SilenceWatch silence) {
        HttpServerResponse response = request.response();
        boolean isBody = given.statusCode() / 100 == 2 && !request.method().equals(HttpMethod.HEAD);
        if (!isBody) {
            silence.end();
        }
        switch (given.statusCode()) {
            case 200, 206, 416 -> {
                response.setStatusCode(given.statusCode());
                for (String name : RESPONSE_HEADERS) {
                    String value = given.getHeader(name);
                    if (value != null) {
                        response.putHeader(name, value);
                    }
                }
                if (isBody) {
                    handOn(given, request, silence);
                } else {
                    response.end();
                }
            }
            case 404 ->
                    PortProblem.answer(
                            response, 404, "Not found", "The server does not hold this package.");
            case 429, 502, 503, 504 ->
                    PortProblem.answer(
                            Callers.after(response, given.getHeader("Retry-After")),
                            503,
                            "Not now",
                            NOT_NOW);
            default -> {
                LOG.warnf("package-service refuses a read status=%d", given.statusCode());
                PortProblem.answer(
                        response, 502, "Refused", "The package-service refused the read.");
            }
        }
    }

    /**
     * Reads no faster than the tentacle does. A failure cuts its connection, so that what came is
     * not taken for all.
     */
    private static void handOn(
            HttpClientResponse given, HttpServerRequest request, SilenceWatch silence) {
        HttpServerResponse response = request.response();
        given.handler(
                bytes -> {
                    silence.heard();
                    var _ = response.write(bytes);
                    if (response.writeQueueFull()) {
                        given.pause();
                        silence.pause();
                        response.drainHandler(
                                drained -> {
                                    silence.heard();
                                    given.resume();
                                });
                    }
                });
        given.endHandler(
                all -> {
                    silence.end();
                    var _ = response.end();
                });
        given.exceptionHandler(
                e -> {
                    silence.end();
                    LOG.debugf("transfer broke off cause=%s", e);
                    request.connection().close();
                });
    }
}
