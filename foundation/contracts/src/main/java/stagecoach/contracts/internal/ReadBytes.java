package stagecoach.contracts.internal;

import stagecoach.vocabulary.packages.Sha512;

/**
 * agent-gateway → package-service, {@code GET /internal/blobs/{sha512}} with Range: the bytes of a
 * package for a tentacle that reads through the server.
 */
public final class ReadBytes {
    private ReadBytes() {}

    /** The path of a digest's bytes. */
    public static String path(Sha512 sha512) {
        return "/internal/blobs/" + sha512.value();
    }
}
