package stagecoach.gateway.app.bytes;

import static stagecoach.gateway.app.bytes.Callers.refuse;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.agent.AgentReport.Refusal;
import stagecoach.contracts.agent.Artifact;
import stagecoach.contracts.internal.KeepArtifact;
import stagecoach.gateway.app.bytes.Callers.Judged;
import stagecoach.gateway.app.mailbox.Mailbox;
import stagecoach.gateway.app.mailbox.Mailbox.Collecting;
import stagecoach.gateway.app.refusal.Refusals;
import stagecoach.runtime.access.ServiceToken;
import stagecoach.trust.Thumbprint;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.identity.DeploymentId;
import stagecoach.vocabulary.identity.Digest;
import stagecoach.vocabulary.identity.Ticket;
import stagecoach.wire.StagecoachJson;

/**
 * {@code PUT /artifacts/{ticket}/{sha256}}: streams a file that a script has collected to the
 * package-service, as fast as that takes it, from the trusted tentacle that runs the script. Who is
 * refused may have asked with {@code Expect: 100-continue}, and has sent nothing then.
 */
final class ArtifactBytes {
    static final String PATH = "/artifacts/";
    private static final Logger LOG = Logger.getLogger(ArtifactBytes.class);
    private static final String NOT_NOW = "The file cannot be kept now. Try again soon.";
    private static final int ANSWER_BYTES_MAX = 1 << 16;

    /** How often an upload is looked at before its pace is judged. */
    private static final int LOOKS = 10;

    /** Files of one machine on their way at once: it must not hold all connections. */
    private static final int OF_ONE_MAX = 8;

    private final HttpClient client;
    private final Callers callers;
    private final Refusals refusals;
    private final Mailbox mailbox;
    private final ServiceToken serviceToken;
    private final BytesConfig config;
    private final Vertx vertx;

    /** By machine; of this event loop only. */
    private final Map<AgentId, Integer> atWork = new HashMap<>();

    ArtifactBytes(
            HttpClient client,
            Callers callers,
            Refusals refusals,
            Mailbox mailbox,
            ServiceToken serviceToken,
            BytesConfig config,
            Vertx vertx) {
        this.client = client;
        this.callers = callers;
        this.refusals = refusals;
        this.mailbox = mailbox;
        this.serviceToken = serviceToken;
        this.config = config;
        this.vertx = vertx;
    }

    /** What is asked for, and how long it is said to be. */
    private record Asked(Ticket ticket, Digest sha256, long length) {}

    /** Whose file it is. */
    private record Owner(AgentId agent, Thumbprint shown, String from, DeploymentId deployment) {}

    void handle(HttpServerRequest request) {
        callers.entered(request);
        if (!request.method().equals(HttpMethod.PUT)) {
            request.response().putHeader("Allow", "PUT");
            refuse(request, 405, "Wrong method", "Use PUT.");
            return;
        }
        OptionalLong length = lengthOf(request);
        if (length.isEmpty()) {
            refuse(request, 411, "Length needed", "Say Content-Length.");
            return;
        }
        if (length.getAsLong() > Artifact.BYTES_MAX) {
            refuse(
                    request,
                    413,
                    "Too large",
                    "It has %d bytes, and a file has at most %d."
                            .formatted(length.getAsLong(), Artifact.BYTES_MAX));
            return;
        }
        Optional<Asked> asked = asked(request.path(), length.getAsLong());
        if (asked.isEmpty()) {
            refuse(
                    request,
                    404,
                    "Not found",
                    "Files are sent to /artifacts/{ticket}/{SHA-256 in hexadecimal digits}.");
            return;
        }
        // Nothing of it is read before it is known where it goes.
        request.pause();
        callers.judge(
                request,
                (agent, shown, from) -> judged(asked.get().ticket(), agent, shown, from),
                owner -> take(request, asked.get(), owner));
    }

    private static OptionalLong lengthOf(HttpServerRequest request) {
        @Nullable String told = request.getHeader("Content-Length");
        try {
            long length = told == null ? -1 : Long.parseLong(told);
            return length < 0 ? OptionalLong.empty() : OptionalLong.of(length);
        } catch (NumberFormatException e) {
            return OptionalLong.empty();
        }
    }

    private static Optional<Asked> asked(@Nullable String path, long length) {
        if (path == null || !path.startsWith(PATH)) {
            return Optional.empty();
        }
        String[] parts = path.substring(PATH.length()).split("/", -1);
        try {
            return parts.length == 2
                    ? Optional.of(new Asked(Ticket.parse(parts[0]), new Digest(parts[1]), length))
                    : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private Judged<Owner> judged(Ticket ticket, AgentId agent, Thumbprint shown, String from) {
        return switch (mailbox.collecting(agent, ticket)) {
            case Collecting.Now(DeploymentId deployment) ->
                    new Judged.Allowed<>(new Owner(agent, shown, from, deployment));
            case Collecting.Over _ ->
                    new Judged.Refused<>(
                            403,
                            "Not now",
                            "The command has ended, so files of it are taken no more.");
            case Collecting.Foreign _ -> {
                LOG.warnf("artifact refused agent=%s ticket=%s", agent, ticket);
                refusals.agent(
                        Refusal.OTHER_COMMAND,
                        from,
                        shown,
                        agent,
                        "It sent a file for the ticket %s, which is no command of its own."
                                .formatted(ticket));
                yield new Judged.Refused<>(
                        403, "Not told to", "%s has no command with this ticket.".formatted(agent));
            }
        };
    }

    private void take(HttpServerRequest request, Asked asked, Owner owner) {
        AgentId agent = owner.agent();
        if (atWork.getOrDefault(agent, 0) >= OF_ONE_MAX) {
            refuse(request, 503, "Not now", "So many files come from it. Try again soon.");
        } else if (!request.response().closed()) {
            atWork.merge(agent, 1, Integer::sum);
            stream(request, asked, owner)
                    .onComplete(
                            done ->
                                    atWork.computeIfPresent(
                                            agent, (one, n) -> n > 1 ? n - 1 : null));
        }
    }

    private Future<Answered> stream(HttpServerRequest request, Asked asked, Owner owner) {
        return client.request(
                        HttpMethod.PUT,
                        KeepArtifact.path(asked.ticket(), asked.sha256(), owner.deployment()))
                .compose(kept -> passOn(request, asked, owner, kept))
                .compose(
                        given ->
                                given.body()
                                        .map(
                                                body ->
                                                        new Answered(
                                                                given.statusCode(),
                                                                given.getHeader("Retry-After"),
                                                                body)))
                .onSuccess(given -> pass(given, request))
                .onFailure(
                        e -> {
                            LOG.warnf(
                                    "an artifact did not get through ticket=%s cause=%s",
                                    asked.ticket(), e);
                            refuse(request, 503, "Not now", NOT_NOW);
                        });
    }

    /** The pipe stops reading while the package-service does not. */
    private Future<HttpClientResponse> passOn(
            HttpServerRequest request, Asked asked, Owner owner, HttpClientRequest kept) {
        HttpServerResponse response = request.response();
        if (response.closed()) {
            // It has gone while a connection was waited for; nobody would tell of that any more.
            kept.reset();
            return Future.failedFuture("the tentacle has gone");
        }
        kept.putHeader("Authorization", "Bearer " + serviceToken.issue())
                .putHeader("Content-Type", "application/octet-stream")
                .putHeader("Content-Length", Long.toString(asked.length()));
        long watch = watch(request, asked, owner, kept);
        // A tentacle that goes away leaves nothing that is taken for all.
        response.closeHandler(
                gone -> {
                    vertx.cancelTimer(watch);
                    kept.reset();
                });
        if ("100-continue".equalsIgnoreCase(request.getHeader("Expect"))) {
            response.writeContinue();
        }
        request.pipe()
                .endOnFailure(false)
                .to(kept)
                .onFailure(
                        e -> {
                            LOG.debugf("an upload broke off cause=%s", e);
                            kept.reset();
                        });
        return kept.response().onComplete(answered -> vertx.cancelTimer(watch));
    }

    /**
     * Ends an upload that only drips: it holds one of the connections to the package-service, for
     * which others wait, and would hold it as long as its script runs.
     */
    private long watch(
            HttpServerRequest request, Asked asked, Owner owner, HttpClientRequest kept) {
        var pace = new Pace(config.uploadBytesMin());
        return vertx.setPeriodic(
                Math.max(1, config.uploadPaceOver().toMillis() / LOOKS),
                id -> {
                    long come = request.bytesRead();
                    boolean drips =
                            come < asked.length() && pace.isTooSlow(come, kept.writeQueueFull());
                    if (drips) {
                        vertx.cancelTimer(id);
                        refusals.agent(
                                Refusal.CROWD,
                                owner.from(),
                                owner.shown(),
                                owner.agent(),
                                "It sent a file for the ticket %s more slowly than anyone is waited for: fewer than %d bytes within %d seconds."
                                        .formatted(
                                                asked.ticket(),
                                                config.uploadBytesMin(),
                                                config.uploadPaceOver().toSeconds()));
                        request.connection().close();
                    }
                });
    }

    /** How fast an upload comes, while it is the machine that is waited for. */
    private static final class Pace {
        private final long bytesMin;
        private long before;
        private int looks;
        private boolean heldBack;

        Pace(long bytesMin) {
            this.bytesMin = bytesMin;
        }

        /** At each look; whether too little has come in all of them since the last that said so. */
        boolean isTooSlow(long come, boolean holdsBack) {
            heldBack |= holdsBack;
            looks++;
            if (looks < LOOKS) {
                return false;
            }
            boolean slow = !heldBack && come - before < bytesMin;
            before = come;
            looks = 0;
            heldBack = false;
            return slow;
        }
    }

    /** The package-service's answer. */
    private record Answered(int status, @Nullable String retryAfter, Buffer body) {}

    private static void pass(Answered given, HttpServerRequest request) {
        if (given.status() / 100 == 2) {
            HttpServerResponse response = request.response();
            if (!response.ended() && !response.closed()) {
                response.setStatusCode(204).end();
            }
            return;
        }
        switch (given.status()) {
            case 410, 413, 422, 507 ->
                    refuse(request, given.status(), "Not kept", detail(given.body()));
            case 429, 502, 503, 504 -> {
                Callers.after(request.response(), given.retryAfter());
                refuse(request, 503, "Not now", NOT_NOW);
            }
            default -> {
                LOG.warnf("package-service refuses an artifact status=%d", given.status());
                refuse(request, 502, "Refused", "The package-service refused the file.");
            }
        }
    }

    private static String detail(Buffer problem) {
        String unsaid = "The package-service does not keep it.";
        if (problem.length() > ANSWER_BYTES_MAX) {
            return unsaid;
        }
        try {
            return StagecoachJson.read(problem.getBytes(), JsonNode.class)
                    .path("detail")
                    .asText(unsaid);
        } catch (UncheckedIOException noProblem) {
            return unsaid;
        }
    }
}
