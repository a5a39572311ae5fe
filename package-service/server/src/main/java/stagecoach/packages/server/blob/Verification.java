package stagecoach.packages.server.blob;

import stagecoach.vocabulary.packages.Sha512;

/** What a second look at stored content found. */
public sealed interface Verification {

    /** The content still has its digest. */
    record Intact() implements Verification {}

    /** The content has changed since it was stored, and is still there. */
    record Broken(Sha512 actual) implements Verification {}

    /** There is no such content. */
    record Absent() implements Verification {}
}
