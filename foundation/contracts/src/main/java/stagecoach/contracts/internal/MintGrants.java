package stagecoach.contracts.internal;

import java.util.List;
import java.util.Optional;
import stagecoach.contracts.agent.GatewayFrame.CacheGrant;
import stagecoach.contracts.agent.GatewayFrame.FeedPlace;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.identity.CacheId;
import stagecoach.vocabulary.identity.FeedId;
import stagecoach.vocabulary.packages.Sha512;

/**
 * agent-gateway → package-service, {@code POST} to {@link #PATH}: short-lived rights to read one
 * digest from caches, bound to a tentacle's thumbprint, where the feeds are that it may read, and
 * what its machine must keep meanwhile.
 */
public final class MintGrants {
    /** Where the one serves it and the other calls it. */
    public static final String PATH = "/internal/grants";

    private MintGrants() {}

    /**
     * One acquisition about to be delivered.
     *
     * @param agent whose machine it is for
     * @param feeds among its sources
     */
    public record Request(
            Sha512 sha512,
            String thumbprint,
            List<CacheId> caches,
            Optional<AgentId> agent,
            List<FeedId> feeds) {
        /** Copies the lists; an older gateway asks for no feed. */
        public Request {
            caches = List.copyOf(caches);
            feeds = feeds == null ? List.of() : List.copyOf(feeds);
        }

        /** Without a feed among its sources. */
        public Request(
                Sha512 sha512, String thumbprint, List<CacheId> caches, Optional<AgentId> agent) {
            this(sha512, thumbprint, caches, agent, List.of());
        }
    }

    /**
     * A grant for each cache that is known.
     *
     * @param needed what the agent's machine holds for deployments that have not ended
     * @param feeds those of the feeds asked for that machines may read
     */
    public record Response(
            List<CacheGrant> grants, Optional<List<Sha512>> needed, List<FeedPlace> feeds) {
        /** Copies the lists; an older server knows of no feed that machines read. */
        public Response {
            grants = List.copyOf(grants);
            needed = needed.map(List::copyOf);
            feeds = feeds == null ? List.of() : List.copyOf(feeds);
        }

        /** Without a feed among the sources. */
        public Response(List<CacheGrant> grants, Optional<List<Sha512>> needed) {
            this(grants, needed, List.of());
        }
    }
}
