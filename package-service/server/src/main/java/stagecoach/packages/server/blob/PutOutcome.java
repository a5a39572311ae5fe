package stagecoach.packages.server.blob;

import stagecoach.vocabulary.packages.Sha512;

/** What became of content that ought to have a certain digest. */
public sealed interface PutOutcome {

    /** It has that digest and is in the store; its length in bytes. */
    record Stored(long size) implements PutOutcome {}

    /** It has another digest, and nothing of it was kept; what came, and its length in bytes. */
    record Mismatch(Sha512 actual, long size) implements PutOutcome {}
}
