package stagecoach.contracts.internal;

import java.util.List;
import stagecoach.contracts.agent.GatewayFrame.CacheGrant;
import stagecoach.vocabulary.identity.CacheId;
import stagecoach.vocabulary.packages.Sha512;

/**
 * agent-gateway → package-service, {@code POST /internal/grants}: short-lived rights to read one
 * digest from caches, bound to a tentacle's thumbprint.
 */
public final class MintGrants {
    private MintGrants() {}

    /** One acquisition about to be delivered. */
    public record Request(Sha512 sha512, String thumbprint, List<CacheId> caches) {
        /** Copies the list. */
        public Request {
            caches = List.copyOf(caches);
        }
    }

    /** A grant for each cache that is known. */
    public record Response(List<CacheGrant> grants) {
        /** Copies the list. */
        public Response {
            grants = List.copyOf(grants);
        }
    }
}
