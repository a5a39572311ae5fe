package stagecoach.gateway.presence;

import java.util.List;
import java.util.Optional;
import stagecoach.contracts.agent.BegunPackage;
import stagecoach.contracts.agent.Removal;
import stagecoach.contracts.agent.SourceLatency;
import stagecoach.contracts.configuration.ConfigurationDocument;
import stagecoach.vocabulary.identity.AgentId;

/** What is asked of an agent's stream. */
public sealed interface AgentAction {
    /** Trust the machine with this certificate as that agent, instead of an earlier one. */
    record Enrol(AgentId agent, String thumbprint, ConfigurationDocument document)
            implements AgentAction {}

    /** It has shown the certificate that it had announced: trust that one only. */
    record Renew(String thumbprint) implements AgentAction {}

    /** Trust it no longer. */
    record Revoke(String reason) implements AgentAction {}

    /** It connected and told of itself. */
    record NoteConnected(Health health) implements AgentAction {}

    /** It told of itself during its session. */
    record NoteTold(long freeDiskBytes, Optional<String> trouble) implements AgentAction {}

    /** It told how far caches are from it. */
    record NoteMeasured(List<SourceLatency> latencies) implements AgentAction {
        /** Copies the latencies. */
        public NoteMeasured {
            latencies = List.copyOf(latencies);
        }
    }

    /** It told what interrupted fetches have left on it, as it had not told before. */
    record NoteBegun(List<BegunPackage> packages) implements AgentAction {
        /** Copies the packages. */
        public NoteBegun {
            packages = List.copyOf(packages);
        }
    }

    /** It told what it has removed from its machine, perhaps once more. */
    record NoteTidied(List<Removal> removals) implements AgentAction {
        /** Copies the removals. */
        public NoteTidied {
            removals = List.copyOf(removals);
        }
    }

    /** Its connection is gone. */
    record NoteLost(String why) implements AgentAction {}

    /**
     * A person has registered it, and cannot have meant what he said; it may be unknown so far.
     *
     * @param cut whether its session, if there is one, ends with that
     */
    record NoteNotRegistered(AgentId agent, String why, boolean cut) implements AgentAction {}

    /** It was dialled, and could not be spoken with. */
    record NoteUnreached(String why) implements AgentAction {}
}
