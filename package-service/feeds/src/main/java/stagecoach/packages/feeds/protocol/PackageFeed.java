package stagecoach.packages.feeds.protocol;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import stagecoach.packages.feeds.transport.FeedException;
import stagecoach.packages.feeds.transport.Fetched;
import stagecoach.packages.feeds.transport.PackageSink;
import stagecoach.packages.feeds.transport.Passage;
import stagecoach.packages.server.nuget.RegisteredVersion;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackageVersion;
import stagecoach.vocabulary.packages.Sha512;

/** A feed outside. All methods block, and throw {@link FeedException} with what to do about it. */
public interface PackageFeed {

    /** All versions it has of a package, unlisted ones among them, in no order. */
    List<PackageVersion> versions(PackageId id) throws FeedException, InterruptedException;

    /**
     * What it tells of each of these versions of a package, unlisted ones among them, in no order.
     * A version whose dependencies cannot be read is left out: without them it would be another
     * package.
     */
    List<RegisteredVersion> registered(PackageId id, VersionSpan span)
            throws FeedException, InterruptedException;

    /** The newest version that is listed and wanted. */
    Optional<PackageVersion> newest(PackageId id, Predicate<PackageVersion> wanted)
            throws FeedException, InterruptedException;

    /** At most {@code limit} ids of packages that it finds for a text. */
    List<PackageId> search(String text, int limit) throws FeedException, InterruptedException;

    /**
     * Brings a package into {@code sink}. What is there already is gone on with where the feed can.
     *
     * @param expected the digest that the bytes must have, if it is known; else that which the feed
     *     tells, if it does
     * @param passage by which the bytes come
     * @throws IOException if the sink fails
     */
    Fetched fetch(
            PackageId id,
            PackageVersion version,
            Optional<Sha512> expected,
            PackageSink sink,
            Passage passage)
            throws FeedException, IOException, InterruptedException;
}
