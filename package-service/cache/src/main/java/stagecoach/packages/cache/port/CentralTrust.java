package stagecoach.packages.cache.port;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vertx.core.http.HttpServerRequest;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;
import stagecoach.packages.server.pull.CacheProtocol;

/** Knows the central server by the credential that it shows. */
final class CentralTrust {
    private final byte[] credential;
    private final Refused refused;

    /**
     * Knows it by this credential.
     *
     * @param refused told of others who want what is its alone
     */
    CentralTrust(String credential, Refused refused) {
        this.credential = credential.getBytes(UTF_8);
        this.refused = refused;
    }

    /** Whether the central server asks. */
    boolean isShownBy(HttpServerRequest request) {
        @Nullable String shown = request.getHeader(CacheProtocol.TRUST_HEADER);
        return shown != null && MessageDigest.isEqual(shown.getBytes(UTF_8), credential);
    }

    /** The same; anybody else is answered that it may not. */
    boolean admits(HttpServerRequest request) {
        if (isShownBy(request)) {
            return true;
        }
        refused.tell(
                request,
                "it wanted what is the central server's, and did not show this cache's credential.");
        PortAnswers.problem(
                request.response(),
                401,
                "Not trusted",
                "This is for the central server, with this cache's credential in the header %s: STAGECOACH_CACHE_CREDENTIAL must be made from the server's STAGECOACH_CACHE_TRUST and this cache's id."
                        .formatted(CacheProtocol.TRUST_HEADER));
        return false;
    }
}
