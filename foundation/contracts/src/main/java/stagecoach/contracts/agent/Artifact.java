package stagecoach.contracts.agent;

import stagecoach.vocabulary.identity.Digest;

/**
 * A file that a script has collected. Its bytes do not come with it: they were sent before, and are
 * kept under the ticket of the script and their digest.
 *
 * @param name as the script calls it; not the only one of that name, perhaps
 * @param size in bytes
 */
public record Artifact(String name, long size, Digest sha256) {
    /** The largest file that is kept. */
    public static final long BYTES_MAX = 1L << 30;

    /** Most files of one command. */
    public static final int COUNT_MAX = 100;
}
