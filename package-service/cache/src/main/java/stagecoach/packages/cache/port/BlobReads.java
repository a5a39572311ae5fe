package stagecoach.packages.cache.port;

import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.time.Clock;
import java.util.Optional;
import java.util.OptionalLong;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import stagecoach.packages.cache.pull.Pulls;
import stagecoach.packages.server.blob.PackageStore;
import stagecoach.packages.server.grant.GrantDecision;
import stagecoach.packages.server.grant.GrantVerifier;
import stagecoach.packages.server.grant.Reader;
import stagecoach.packages.server.nuget.Delivery;
import stagecoach.packages.server.pull.CacheProtocol;
import stagecoach.trust.Thumbprint;
import stagecoach.vocabulary.packages.Sha512;

/** Gives packages to tentacles that show a grant for them, and to the central server. */
final class BlobReads {
    private static final Logger LOG = Logger.getLogger(BlobReads.class);

    private final PackageStore blobs;
    private final GrantVerifier grants;
    private final Pulls pulls;
    private final CentralTrust trust;
    private final Refused refused;
    private final Clock clock;

    BlobReads(
            PackageStore blobs,
            GrantVerifier grants,
            Pulls pulls,
            CentralTrust trust,
            Refused refused,
            Clock clock) {
        this.blobs = blobs;
        this.grants = grants;
        this.pulls = pulls;
        this.trust = trust;
        this.refused = refused;
        this.clock = clock;
    }

    /** Answers a GET or HEAD; on the request's event loop. */
    void answer(HttpServerRequest request, Sha512 sha512) {
        HttpServerResponse response = request.response();
        boolean head = request.method().equals(HttpMethod.HEAD);
        if (!head && !request.method().equals(HttpMethod.GET)) {
            response.putHeader("Allow", "GET, HEAD");
            PortAnswers.problem(
                    response, 405, "Method not allowed", "Packages are only read here.");
            return;
        }
        if (trust.isShownBy(request)) {
            // The central server reads back what it has lost, or asks before it has it dropped.
            response.putHeader(CacheProtocol.ORDER_HEADER, pulls.lastOrder(sha512));
            response.putHeader(CacheProtocol.BEGUN_HEADER, Long.toString(begun(sha512)));
        } else {
            Optional<String> refusal = refusal(request, sha512);
            if (refusal.isPresent()) {
                refused.tell(request, refusal.get());
                PortAnswers.problem(response, 403, "Not allowed", refusal.get());
                return;
            }
        }
        OptionalLong size = size(sha512);
        if (size.isEmpty()) {
            PortAnswers.problem(
                    response, 404, "Not found", "This cache does not hold the package.");
            return;
        }
        PortAnswers.blob(
                request,
                Delivery.of(PortAnswers.asked(request), sha512, size.getAsLong()),
                blobs,
                sha512);
    }

    private long begun(Sha512 sha512) {
        try {
            return blobs.partialSize(sha512);
        } catch (java.io.IOException e) {
            LOG.errorf(e, "What came of a package cannot be looked at. sha512=%s", sha512);
            return 0;
        }
    }

    private OptionalLong size(Sha512 sha512) {
        try {
            return blobs.size(sha512);
        } catch (java.io.IOException e) {
            LOG.errorf(e, "A package cannot be read. sha512=%s", sha512);
            return OptionalLong.empty();
        }
    }

    /** Why the one who asks may not read, in words. */
    private Optional<String> refusal(HttpServerRequest request, Sha512 sha512) {
        @Nullable String token = request.getHeader(CacheProtocol.GRANT_HEADER);
        if (token == null) {
            return Optional.of(
                    "A package is read with a grant of the central server, in the header %s."
                            .formatted(CacheProtocol.GRANT_HEADER));
        }
        Optional<Thumbprint> shown = shown(request.sslSession());
        if (shown.isEmpty()) {
            return Optional.of("A reader must show its certificate, and this one showed none.");
        }
        return switch (grants.decide(
                token, new Reader.Tentacle(shown.get().value()), sha512, clock.instant())) {
            case GrantDecision.Allowed _ -> Optional.empty();
            case GrantDecision.Denied(GrantDecision.Reason reason) ->
                    Optional.of(reason.sentence());
        };
    }

    private static Optional<Thumbprint> shown(@Nullable SSLSession session) {
        if (session == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(Thumbprint.ofPeer(session));
        } catch (SSLPeerUnverifiedException none) {
            return Optional.empty();
        }
    }
}
