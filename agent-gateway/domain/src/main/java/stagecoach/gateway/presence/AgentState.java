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
     * @param tidied the highest number of what it has removed and told; 0 before the first
     */
    record Trusted(
            AgentId agent,
            String thumbprint,
            ConfigurationDocument document,
            Health health,
            long tidied)
            implements AgentState {}

    /**
     * It was trusted once; its health is not followed any more.
     *
     * @param thumbprint of the certificate that it had
     * @param tidied the highest number of what it had removed and told
     */
    record Revoked(AgentId agent, String reason, String thumbprint, long tidied)
            implements AgentState {}
}
