package stagecoach.contracts.agent;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.identity.Ticket;

/** What a tentacle says to the gateway: one JSON text message each. */
public sealed interface TentacleFrame {
    /**
     * The first message of a session.
     *
     * @param protocolMax the newest version that the tentacle speaks
     * @param capabilities what its machine can do: {@code bash}, {@code sh}, {@code python}, {@code
     *     powershell}, and what the tentacle itself can do: {@link AgentCommand#SCRIPT_PACKAGES}
     * @param openTickets what its journal holds, with what it knows of each
     * @param epochSeen the highest epoch that it has obeyed, below {@link #EPOCH_SEEN_MAX}: a
     *     gateway whose database was set back begins above it. An older tentacle does not say
     * @param unhealthy what is wrong with its machine; empty if nothing is, or if it is an older
     *     one, which says so in its first {@link Health}
     * @param nextThumbprint of the certificate that it will show from now on, in place of the one
     *     that it shows in this session; empty if it keeps that
     */
    record Hello(
            int protocolMax,
            AgentId agent,
            String version,
            List<String> capabilities,
            long freeDiskBytes,
            List<OpenTicket> openTickets,
            Optional<Long> epochSeen,
            Optional<String> unhealthy,
            Optional<String> nextThumbprint)
            implements TentacleFrame {
        /**
         * No gateway comes to it by counting; and from it, it may count for as long as it likes
         * until there is a number that some JSON parser cannot read.
         */
        public static final long EPOCH_SEEN_MAX = 1L << 52;

        /** Copies the lists. */
        public Hello {
            capabilities = List.copyOf(capabilities);
            openTickets = List.copyOf(openTickets);
            if (epochSeen.filter(seen -> seen < 0 || seen >= EPOCH_SEEN_MAX).isPresent()) {
                throw new IllegalArgumentException(
                        "An epoch that was seen is a number from 0 to 2^52: " + epochSeen.get());
            }
        }

        /** With a certificate that is to stay. */
        public Hello(
                int protocolMax,
                AgentId agent,
                String version,
                List<String> capabilities,
                long freeDiskBytes,
                List<OpenTicket> openTickets,
                Optional<Long> epochSeen,
                Optional<String> unhealthy) {
            this(
                    protocolMax,
                    agent,
                    version,
                    capabilities,
                    freeDiskBytes,
                    openTickets,
                    epochSeen,
                    unhealthy,
                    Optional.empty());
        }

        /** As an older tentacle says it. */
        public Hello(
                int protocolMax,
                AgentId agent,
                String version,
                List<String> capabilities,
                long freeDiskBytes,
                List<OpenTicket> openTickets) {
            this(
                    protocolMax,
                    agent,
                    version,
                    capabilities,
                    freeDiskBytes,
                    openTickets,
                    Optional.empty(),
                    Optional.empty());
        }
    }

    /** A ticket in the tentacle's journal. */
    record OpenTicket(Ticket ticket, boolean ended, long chunksWritten) {}

    /** The work under the ticket has begun. */
    record Started(Ticket ticket) implements TentacleFrame {}

    /** A numbered piece of output; sent again, unchanged, until it is taken. */
    record Output(Ticket ticket, long chunk, List<OutputLine> lines) implements TentacleFrame {
        /** Copies the lines. */
        public Output {
            lines = List.copyOf(lines);
        }
    }

    /** These certificates of gateways are trusted here from now on, as the gateway has said. */
    record GatewayTrusted(List<String> thumbprints) implements TentacleFrame {
        /** Copies the thumbprints. */
        public GatewayTrusted {
            thumbprints = List.copyOf(thumbprints);
        }
    }

    /** How far an acquisition has come; said now and then, lost without harm. */
    record Progress(Ticket ticket, long bytes) implements TentacleFrame {}

    /**
     * The work has ended; sent again until it is complete. All output was sent before.
     *
     * @param secrets the values of the sensitive outputs that the result names; they go to the
     *     step-runner, and into no event
     */
    record Ended(Ticket ticket, CommandResult result, Map<String, String> secrets)
            implements TentacleFrame {
        /** Copies the secrets; an older tentacle has none. */
        public Ended {
            secrets = secrets == null ? Map.of() : Map.copyOf(secrets);
        }

        /** An end without secrets. */
        public Ended(Ticket ticket, CommandResult result) {
            this(ticket, result, Map.of());
        }

        /** Tells no value. */
        @Override
        public String toString() {
            return "Ended[ticket=%s, result=%s, secrets=%s]"
                    .formatted(ticket, result, secrets.keySet());
        }
    }

    /**
     * Now and then: the machine is alive, with what it can tell of itself.
     *
     * @param latencies of all caches that it could measure, if that is news; otherwise none
     * @param begun what interrupted fetches have left, in the order of the digests, each time
     * @param removals what the machine has removed, in the order of the numbers, at most {@link
     *     #REMOVALS_MAX} of it; told again until it is taken
     */
    record Health(
            long freeDiskBytes,
            Optional<String> unhealthy,
            List<SourceLatency> latencies,
            List<BegunPackage> begun,
            List<Removal> removals)
            implements TentacleFrame {
        /** So many removals fit into a message. */
        public static final int REMOVALS_MAX = 4;

        /** Copies the lists; an older tentacle tells none of them. */
        public Health {
            latencies = latencies == null ? List.of() : List.copyOf(latencies);
            begun = begun == null ? List.of() : List.copyOf(begun);
            removals = removals == null ? List.of() : List.copyOf(removals);
        }

        /** Nothing was removed. */
        public Health(
                long freeDiskBytes,
                Optional<String> unhealthy,
                List<SourceLatency> latencies,
                List<BegunPackage> begun) {
            this(freeDiskBytes, unhealthy, latencies, begun, List.of());
        }

        /** Nothing new of caches, and nothing begun. */
        public Health(long freeDiskBytes, Optional<String> unhealthy) {
            this(freeDiskBytes, unhealthy, List.of(), List.of());
        }
    }
}
