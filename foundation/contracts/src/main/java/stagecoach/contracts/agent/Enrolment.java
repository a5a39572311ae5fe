package stagecoach.contracts.agent;

import stagecoach.vocabulary.identity.AgentId;

/**
 * How a machine introduces itself: {@code POST /enrol} at the gateway's agent port over TLS,
 * showing the certificate that it will use from then on.
 */
public final class Enrolment {
    private Enrolment() {}

    /** The one-time token. */
    public record Request(String token, String version) {
        /** Never the token. */
        @Override
        public String toString() {
            return "Request[version=%s]".formatted(version);
        }
    }

    /** Who the machine is from now on. */
    public record Response(AgentId agent) {}
}
