package stagecoach.packages.routing;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import stagecoach.contracts.acquisition.AcquisitionEvent.RegionRoute;
import stagecoach.contracts.acquisition.Source;
import stagecoach.contracts.run.PinnedPackage;
import stagecoach.vocabulary.identity.FeedId;
import stagecoach.vocabulary.process.Action.AcquisitionLocation;
import stagecoach.vocabulary.process.Action.PackageSource;

/** The ordered sources that a target is given for a package. */
public final class Sources {
    private Sources() {}

    /**
     * Whether targets read the package from caches: they pull it themselves, and not from its feed.
     */
    public static boolean fromCaches(PinnedPackage pinned) {
        return pinned.acquisitionLocation() == AcquisitionLocation.EXECUTION_TARGET
                && pinned.source() == PackageSource.NEAREST_CACHE;
    }

    /**
     * Which of a region's caches is filled for its targets: one that holds the package already,
     * else the nearest. The bytes cross the link to the region once, however many caches it has.
     */
    public static Optional<Source.OfCache> toFill(
            List<Source.OfCache> own, Predicate<Source.OfCache> holdsIt) {
        return own.stream().filter(holdsIt).findFirst().or(() -> own.stream().findFirst());
    }

    /**
     * The neighbour that a region waits for which has no cache of its own to read from: the nearest
     * that gets the package in the same run, so that the server gives it once; none if one holds it
     * already. Machines without a region wait for none: nobody knows which of them are near what.
     */
    public static Optional<Source.OfCache> toAwait(
            RegionRoute route,
            Predicate<Source.OfCache> holdsIt,
            Predicate<Source.OfCache> getsIt) {
        return route.region().isEmpty() || route.others().stream().anyMatch(holdsIt)
                ? Optional.empty()
                : route.others().stream().filter(getsIt).findFirst();
    }

    /**
     * The sources for a target on {@code route}: the caches that hold the package now, the region's
     * own first, then its feed if machines may read that themselves, then the server if the region
     * allows it. May be empty.
     *
     * @param machinesRead the feeds that machines may read themselves
     */
    public static List<Source> of(
            PinnedPackage pinned,
            RegionRoute route,
            Predicate<Source.OfCache> holdsIt,
            Collection<FeedId> machinesRead) {
        var sources = new ArrayList<Source>();
        if (fromCaches(pinned)) {
            route.own().stream().filter(holdsIt).forEach(sources::add);
            route.others().stream().filter(holdsIt).forEach(sources::add);
        }
        if (fromFeed(pinned, machinesRead)) {
            sources.add(new Source.Feed(pinned.feed()));
        }
        if (route.serverFallback()) {
            sources.add(new Source.Server());
        }
        return List.copyOf(sources);
    }

    /**
     * Whether somebody wants targets to read the package from a feed outside, and from no cache.
     */
    static boolean isMeantFromFeed(PinnedPackage pinned) {
        return pinned.acquisitionLocation() == AcquisitionLocation.EXECUTION_TARGET
                && pinned.source() == PackageSource.FEED
                && !pinned.feed().equals(FeedId.BUILT_IN);
    }

    /**
     * Whether targets may read the package from its feed: what the server hands out they do not.
     */
    private static boolean fromFeed(PinnedPackage pinned, Collection<FeedId> machinesRead) {
        return pinned.acquisitionLocation() == AcquisitionLocation.EXECUTION_TARGET
                && machinesRead.contains(pinned.feed());
    }
}
