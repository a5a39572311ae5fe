package stagecoach.packages.acquisition;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.acquisition.AcquisitionEvent.RegionRoute;
import stagecoach.contracts.acquisition.Source;
import stagecoach.contracts.run.PinnedPackage;
import stagecoach.packages.acquisition.Acquisition.Filling;
import stagecoach.packages.acquisition.Acquisition.Standing;
import stagecoach.packages.acquisition.Acquisition.Underway;
import stagecoach.packages.routing.Sources;
import stagecoach.vocabulary.packages.Sha512;

/**
 * Keeps a region's targets from reading a package until it is decided where: one of the region's
 * caches holds it, or none can and no neighbour that is about to hold it is waited for.
 */
final class RegionBarrier {
    private final Underway state;

    /** What caches are about to hold; looked for when it first matters. */
    private @Nullable Set<Filling> coming;

    RegionBarrier(Underway state) {
        this.state = state;
    }

    boolean isOpen(PinnedPackage pinned, RegionRoute route) {
        if (!Sources.fromCaches(pinned)) {
            return true;
        }
        Sha512 sha512 = pinned.pin().sha512();
        List<Optional<Standing>> own =
                route.own().stream().map(cache -> standing(cache, sha512)).toList();
        return own.stream().anyMatch(RegionBarrier::isDone)
                || (own.stream().allMatch(Optional::isPresent) && !awaits(sha512, route));
    }

    /**
     * Whether the nearest neighbour that gets the package in this run does not have it yet. If it
     * cannot be filled, no other is waited for, unless the server must not be read instead.
     */
    private boolean awaits(Sha512 sha512, RegionRoute route) {
        return Sources.toAwait(
                        route,
                        cache ->
                                state.heldBefore(cache.cache(), sha512)
                                        && state.holds(cache.cache(), sha512),
                        cache ->
                                comes(cache, sha512)
                                        || standing(cache, sha512)
                                                .filter(
                                                        standing ->
                                                                route.serverFallback()
                                                                        || isDone(standing))
                                                .isPresent())
                .filter(cache -> comes(cache, sha512))
                .isPresent();
    }

    private Optional<Standing> standing(Source.OfCache cache, Sha512 sha512) {
        return Optional.ofNullable(state.filled().get(new Filling(sha512, cache.cache())));
    }

    private static boolean isDone(Optional<Standing> standing) {
        return standing.filter(RegionBarrier::isDone).isPresent();
    }

    private static boolean isDone(Standing standing) {
        return standing instanceof Standing.Done;
    }

    private boolean comes(Source.OfCache cache, Sha512 sha512) {
        if (coming == null) {
            coming =
                    state.toFill().stream()
                            .map(
                                    one ->
                                            new Filling(
                                                    one.pinned().pin().sha512(),
                                                    one.cache().cache()))
                            .collect(Collectors.toSet());
        }
        return coming.contains(new Filling(sha512, cache.cache()));
    }
}
