package stagecoach.packages.server.index;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackageVersion;

/** The packages of one feed. Its bytes lie elsewhere, by digest. All methods may block. */
public interface PackageIndex {

    /**
     * Adds a package unless its id and version are taken, as one step: of two that race for an id
     * and version exactly one is added. It is durable on return.
     *
     * @throws IOException if it cannot be written; then it is not there
     */
    AddOutcome add(PackageEntry entry) throws IOException;

    /** The bytes of a package that is being added, not in the store yet. */
    interface Bytes {
        /** Whether the store holds the same ones already. */
        boolean held() throws IOException;

        /** Puts them there, durably; quick, and as often as one likes. */
        void keep() throws IOException;
    }

    /**
     * Adds a package with its bytes, as one step also for whoever removes bytes that no package
     * has: they are kept if the package is added, or if those of its twin are lost.
     *
     * @throws IOException if it cannot be written; then it is not there
     */
    AddOutcome add(PackageEntry entry, Bytes bytes) throws IOException;

    /**
     * Takes a package out, so that its id and version are free again.
     *
     * @return whether it was there
     */
    boolean remove(PackageId id, PackageVersion version) throws IOException;

    /**
     * Lets searches show a package, or not; it can be downloaded in any case.
     *
     * @return whether it is there
     */
    boolean list(PackageId id, PackageVersion version, boolean listed) throws IOException;

    /** The package of that id and version. */
    Optional<PackageEntry> find(PackageId id, PackageVersion version);

    /** All versions of a package, unlisted ones too, the oldest version first. */
    List<PackageEntry> versions(PackageId id);

    /** The ids of all packages, in their order, each in the spelling of its newest version. */
    List<PackageId> ids();

    /** The packages of which a listed version fits. */
    PackageMatches search(PackageQuery query);

    /**
     * The versions that a search shows, for those who count versions: so many are passed over and
     * told, in the order of their packages and then of their own.
     */
    PackageVersions searchVersions(PackageQuery query);
}
