package stagecoach.gateway.presence;

import stagecoach.contracts.configuration.ConfigurationDocument;
import stagecoach.vocabulary.identity.AgentId;

/** What a tentacle is to us: the state of its stream. */
public sealed interface AgentState {
    /** It never enrolled. */
    record Stranger() implements AgentState {}

    /**
     * It is trusted.
     *
     * @param thumbprint of its certificate
     * @param document what it was enrolled as
     */
    record Trusted(AgentId agent, String thumbprint, ConfigurationDocument document, Health health)
            implements AgentState {}

    /** It was trusted once; its health is not followed any more. */
    record Revoked(AgentId agent, String reason) implements AgentState {}
}
