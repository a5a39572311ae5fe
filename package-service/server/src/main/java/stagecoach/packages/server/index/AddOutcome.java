package stagecoach.packages.server.index;

/** What became of adding a package. */
public sealed interface AddOutcome {

    /** The entry that the index now holds for the id and version. */
    PackageEntry entry();

    /** It was new, and is there now. */
    record Added(PackageEntry entry) implements AddOutcome {}

    /** The same bytes were there already, under the entry that is told. */
    record SameBytes(PackageEntry entry) implements AddOutcome {}

    /** Other bytes hold this id and version, under the entry that is told; they stay. */
    record OtherBytes(PackageEntry entry) implements AddOutcome {}
}
