package stagecoach.contracts.internal;

import stagecoach.contracts.agent.Artifact;
import stagecoach.vocabulary.identity.DeploymentId;
import stagecoach.vocabulary.identity.Digest;
import stagecoach.vocabulary.identity.Ticket;

/**
 * agent-gateway → package-service, {@code PUT} below {@link #PATH}: the bytes of an {@link
 * Artifact} as its tentacle sends them; repeatable. orchestrator → package-service, {@code GET} of
 * the same with Range.
 */
public final class KeepArtifact {
    /** Where they are kept: {@code PATH/<ticket>/<sha256>}. */
    public static final String PATH = "/internal/artifacts";

    /** The query parameter of a {@code PUT} with the deployment that they belong to. */
    public static final String DEPLOYMENT = "deployment";

    private KeepArtifact() {}

    /** The path of a script's file. */
    public static String path(Ticket ticket, Digest sha256) {
        return PATH + "/%s/%s".formatted(ticket, sha256);
    }

    /** The same, to have it kept for a deployment. */
    public static String path(Ticket ticket, Digest sha256, DeploymentId deployment) {
        return path(ticket, sha256) + "?%s=%s".formatted(DEPLOYMENT, deployment.value());
    }
}
