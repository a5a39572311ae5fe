package stagecoach.contracts.internal;

import java.util.List;
import java.util.Optional;
import stagecoach.contracts.agent.GatewayFrame.CacheGrant;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.identity.CacheId;
import stagecoach.vocabulary.packages.Sha512;

/**
 * agent-gateway → package-service, {@code POST} to {@link #PATH}: short-lived rights to read one
 * digest from caches, bound to a tentacle's thumbprint, and what its machine must keep meanwhile.
 */
public final class MintGrants {
    /** Where the one serves it and the other calls it. */
    public static final String PATH = "/internal/grants";

    private MintGrants() {}

    /**
     * One acquisition about to be delivered.
     *
     * @param agent whose machine it is for
     */
    public record Request(
            Sha512 sha512, String thumbprint, List<CacheId> caches, Optional<AgentId> agent) {
        /** Copies the list. */
        public Request {
            caches = List.copyOf(caches);
        }
    }

    /**
     * A grant for each cache that is known.
     *
     * @param needed what the agent's machine holds for deployments that have not ended
     */
    public record Response(List<CacheGrant> grants, Optional<List<Sha512>> needed) {
        /** Copies the lists. */
        public Response {
            grants = List.copyOf(grants);
            needed = needed.map(List::copyOf);
        }
    }
}
