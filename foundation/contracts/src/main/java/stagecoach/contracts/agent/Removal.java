package stagecoach.contracts.agent;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import stagecoach.vocabulary.identity.DeploymentId;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackageVersion;
import stagecoach.vocabulary.packages.Sha512;

/**
 * What a tentacle has removed from its machine by one rule and at one time; where much goes at once
 * there are several of at most {@link #NAMED_MAX} each.
 *
 * @param number higher for each later one of a machine, so that a repeat is known as one
 * @param at by the machine's clock
 * @param deployment on whose occasion it went
 * @param reason in words
 * @param packages that are not there any more
 * @param releases installed versions that are not there any more
 * @param count of all that went; it may have been brought again before this could be told, and is
 *     not named then
 * @param bytes of all that went
 */
public record Removal(
        long number,
        Instant at,
        DeploymentId deployment,
        Rule rule,
        String reason,
        List<RemovedPackage> packages,
        List<RemovedRelease> releases,
        int count,
        long bytes) {
    /** So many names of what went has a removal at most. */
    public static final int NAMED_MAX = 200;

    /** Copies the lists. */
    public Removal {
        packages = List.copyOf(packages);
        releases = List.copyOf(releases);
    }

    /** Why something went. */
    public enum Rule {
        /** Nobody had used it for longer than the machine keeps packages. */
        AGE,
        /** Others of its package were used later, as many as the machine keeps. */
        VERSIONS,
        /** The disk had too little room; this was used the longest time ago. */
        DISK,
        /** Its step keeps so many releases. */
        RELEASES
    }

    /**
     * A package.
     *
     * @param id what it was asked for as, if that was still known
     */
    public record RemovedPackage(
            Sha512 sha512,
            Optional<PackageId> id,
            Optional<PackageVersion> version,
            long bytes,
            Instant usedAt) {}

    /**
     * An installed version.
     *
     * @param directory where it was
     */
    public record RemovedRelease(
            PackageId id, PackageVersion version, String directory, long bytes) {}
}
