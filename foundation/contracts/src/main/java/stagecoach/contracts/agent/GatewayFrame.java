package stagecoach.contracts.agent;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import stagecoach.vocabulary.identity.CacheId;
import stagecoach.vocabulary.identity.FeedId;
import stagecoach.vocabulary.identity.Ticket;
import stagecoach.vocabulary.packages.Sha512;

/** What the gateway says to a tentacle: one JSON text message each. */
public sealed interface GatewayFrame {
    /**
     * The session stands.
     *
     * @param protocol the version that both speak
     * @param epoch higher for every later session of this agent; a tentacle obeys only its highest
     * @param openTickets what the gateway believes to be at work there
     * @param nextThumbprint of the certificate that the tentacle has announced, if it is trusted
     *     from now on beside the one that was shown; an older gateway trusts none
     */
    record Welcome(
            int protocol, long epoch, List<Ticket> openTickets, Optional<String> nextThumbprint)
            implements GatewayFrame {
        /** Copies the tickets. */
        public Welcome {
            openTickets = List.copyOf(openTickets);
        }

        /** Where no certificate is to follow. */
        public Welcome(int protocol, long epoch, List<Ticket> openTickets) {
            this(protocol, epoch, openTickets, Optional.empty());
        }
    }

    /**
     * Do this; a repeat under a known ticket has no second effect.
     *
     * @param payload of scripts, installs and checks
     * @param grants of acquisitions: for each cache source, the token that opens it
     * @param needed of acquisitions: what the machine holds for deployments that have not ended, so
     *     that it is not removed to make room; where nobody has told, nothing is removed
     * @param feeds of acquisitions: where the feeds among the sources are
     */
    record Deliver(
            AgentCommand command,
            Optional<CommandPayload> payload,
            List<CacheGrant> grants,
            Optional<List<Sha512>> needed,
            List<FeedPlace> feeds)
            implements GatewayFrame {
        /** Copies the lists; an older gateway names no feed. */
        public Deliver {
            grants = List.copyOf(grants);
            needed = needed.map(List::copyOf);
            feeds = feeds == null ? List.of() : List.copyOf(feeds);
        }

        /** Without a feed among its sources. */
        public Deliver(
                AgentCommand command,
                Optional<CommandPayload> payload,
                List<CacheGrant> grants,
                Optional<List<Sha512>> needed) {
            this(command, payload, grants, needed, List.of());
        }

        /** Without a word about what is needed. */
        public Deliver(
                AgentCommand command, Optional<CommandPayload> payload, List<CacheGrant> grants) {
            this(command, payload, grants, Optional.empty());
        }

        /** All but what may be secret. */
        public Deliver withoutPayload() {
            return new Deliver(command, Optional.empty(), grants, needed, feeds);
        }
    }

    /**
     * What a tentacle shows to a cache.
     *
     * @param token for a Stagecoach cache, a short-lived right to read one digest; for a NuGet
     *     server, the value of its {@code Authorization} header
     */
    record CacheGrant(CacheId cache, String token) {
        /** Never the token. */
        @Override
        public String toString() {
            return cache + ": …";
        }
    }

    /**
     * Where a feed outside is that a tentacle reads itself.
     *
     * @param url of its service index
     */
    record FeedPlace(FeedId feed, String url) {}

    /** End what runs under the ticket; for an unknown one, remember never to start it. */
    record Cancel(Ticket ticket, Duration killAfter, Duration abandonAfter)
            implements GatewayFrame {}

    /** Output up to this chunk is safe; the tentacle may forget it and send as much more. */
    record OutputTaken(Ticket ticket, long chunk) implements GatewayFrame {}

    /**
     * Removals up to this number are safe: the tentacle may forget them. Said only to those who
     * tell of any.
     */
    record RemovalsTaken(long number) implements GatewayFrame {}

    /**
     * Trust these certificates of gateways from now on, and no other: said behind the welcome to
     * those that can ({@link AgentCommand#GATEWAY_RENEWAL}). The one that is shown in this session
     * is among them; while the gateway's own is being renewed, so is the other.
     */
    record TrustGateway(List<String> thumbprints) implements GatewayFrame {
        /** Copies the thumbprints. */
        public TrustGateway {
            thumbprints = List.copyOf(thumbprints);
        }
    }

    /** The result is safe: the tentacle may forget the ticket. */
    record Complete(Ticket ticket) implements GatewayFrame {}

    /** The session ends; a tentacle that is told to stay away does. */
    record Goodbye(String reason, boolean comeBack) implements GatewayFrame {}
}
