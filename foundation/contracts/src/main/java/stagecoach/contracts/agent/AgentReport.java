package stagecoach.contracts.agent;

import java.util.List;
import java.util.Optional;
import stagecoach.contracts.configuration.ConfigurationDocument;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.identity.Ticket;

/**
 * What the gateway reports on {@code stagecoach.agents}; streams {@code ticket-<ticket>} and {@code
 * agent-<agent>}.
 */
public sealed interface AgentReport {
    /** The tentacle has begun the work. */
    record CommandStarted(Ticket ticket, AgentId agent, CommandContext context)
            implements AgentReport {}

    /** The work under a ticket has ended; said once. */
    record CommandEnded(Ticket ticket, AgentId agent, CommandContext context, CommandResult result)
            implements AgentReport {}

    /** The late truth after ABANDONED. */
    record CommandSettled(
            Ticket ticket, AgentId agent, CommandContext context, CommandResult result)
            implements AgentReport {}

    /** A tentacle's health has changed. */
    record AgentHealthChanged(
            AgentId agent,
            AgentHealth state,
            String reason,
            Optional<String> version,
            Optional<Long> freeDiskBytes,
            List<String> capabilities)
            implements AgentReport {
        /** Copies the capabilities. */
        public AgentHealthChanged {
            capabilities = List.copyOf(capabilities);
        }
    }

    /**
     * A machine has enrolled with a one-time token; the document is what its enrolment said it
     * shall be.
     */
    record AgentEnrolled(AgentId agent, String thumbprint, ConfigurationDocument document)
            implements AgentReport {}

    /**
     * A machine has connected with the certificate that it had announced while it showed the one
     * before, which is trusted no longer.
     */
    record AgentCertificateRenewed(AgentId agent, String thumbprint, String before)
            implements AgentReport {}

    /** A tentacle has measured how far caches are; these are all that it knows of. */
    record SourcesMeasured(AgentId agent, List<SourceLatency> latencies) implements AgentReport {
        /** Copies the latencies. */
        public SourcesMeasured {
            latencies = List.copyOf(latencies);
        }
    }

    /** What interrupted fetches have left on a machine has changed; these are all of them now. */
    record PackagesBegun(AgentId agent, List<BegunPackage> packages) implements AgentReport {
        /** Copies the packages. */
        public PackagesBegun {
            packages = List.copyOf(packages);
        }
    }

    /** A tentacle is no longer trusted. */
    record AgentRevoked(AgentId agent, String reason) implements AgentReport {}

    /** How a tentacle is. */
    enum AgentHealth {
        HEALTHY,
        UNHEALTHY,
        UNAVAILABLE,
        UNKNOWN
    }
}
