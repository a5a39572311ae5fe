package stagecoach.packages.server.ingest;

import stagecoach.packages.server.index.PackageEntry;

/** What became of a package at the door. */
public sealed interface Ingestion {

    /** It is new, and can be downloaded from now on. */
    record Added(PackageEntry entry) implements Ingestion {}

    /** The very same bytes were there already: perhaps the sender missed the first answer. */
    record Repeated(PackageEntry entry) implements Ingestion {}

    /** It was not taken in, and nothing of it was kept. */
    record Refused(Refusal refusal) implements Ingestion {}
}
