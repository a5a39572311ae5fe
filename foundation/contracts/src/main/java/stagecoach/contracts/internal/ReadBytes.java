package stagecoach.contracts.internal;

import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.packages.Sha512;

/**
 * agent-gateway → package-service, {@code GET} below {@link #PATH} with Range: the bytes of a
 * package for a tentacle that reads through the server.
 */
public final class ReadBytes {
    /** Where bytes are served, each package by its digest: {@code PATH/<sha512>}. */
    public static final String PATH = "/internal/blobs";

    /** The query parameter with the machine that reads, whose region has a budget. */
    public static final String AGENT = "agent";

    private ReadBytes() {}

    /** The path of a digest's bytes, for a machine. */
    public static String path(Sha512 sha512, AgentId agent) {
        // All that an agent's id may hold may stand in a query as it is.
        return PATH + "/%s?%s=%s".formatted(sha512.value(), AGENT, agent.value());
    }
}
