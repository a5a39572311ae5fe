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

    /** A machine has removed what it need not keep; each removal is told once. */
    record MachineTidied(AgentId agent, Removal removal) implements AgentReport {}

    /** A tentacle is no longer trusted. */
    record AgentRevoked(AgentId agent, String reason) implements AgentReport {}

    /**
     * Somebody was refused at the gateway's ports, or said there what is not his to say; streams
     * {@code door-<day>}. The first is told at once, what follows for the same reason and from the
     * same origin as one, some minutes later.
     *
     * @param from the address that it came from
     * @param thumbprint of the certificate that was shown, as far as one was
     * @param agent whose certificate that is, or was once
     * @param times how often it happened, as far as it was not told before
     * @param detail what was wrong with the last of them
     */
    record EntryRefused(
            Refusal refusal,
            String from,
            Optional<String> thumbprint,
            Optional<AgentId> agent,
            long times,
            String detail)
            implements AgentReport {}

    /** Why somebody is refused. */
    enum Refusal {
        /** Nobody is trusted with the certificate, whoever issued it and for whatever name. */
        UNKNOWN_CERTIFICATE,
        /** It was that of an agent, which was revoked or enrolled anew since. */
        FORMER_CERTIFICATE,
        /** TLS did not come about: no certificate, a weak one, an old version. */
        HANDSHAKE,
        /** An enrolment token that is unknown, used already, withdrawn or too old. */
        ENROLMENT_TOKEN,
        /** An agent that calls itself another. */
        OTHER_AGENT,
        /** An agent that asks for a package which it was not told to acquire. */
        OTHER_PACKAGE,
        /** An agent that reports on the command of another. */
        OTHER_COMMAND,
        /** What is no message of the protocol, or a message or frame that is too large. */
        PROTOCOL,
        /** So many connections that have not shown what they are for, or one for too long. */
        CROWD
    }

    /** How a tentacle is. */
    enum AgentHealth {
        HEALTHY,
        UNHEALTHY,
        UNAVAILABLE,
        UNKNOWN
    }
}
