package stagecoach.packages.acquisition;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.acquisition.AcquisitionEvent.AcquisitionStarted;
import stagecoach.contracts.acquisition.AcquisitionEvent.HeldInCache;
import stagecoach.contracts.acquisition.AcquisitionEvent.RegionRoute;
import stagecoach.contracts.acquisition.AcquisitionEvent.TargetAcquiring;
import stagecoach.contracts.acquisition.Source;
import stagecoach.contracts.run.MissingPackage;
import stagecoach.contracts.run.PackageNeed;
import stagecoach.contracts.run.PackageNeed.NeedingTarget;
import stagecoach.contracts.run.PinnedPackage;
import stagecoach.contracts.run.Reasons;
import stagecoach.packages.routing.Sources;
import stagecoach.vocabulary.identity.CacheId;
import stagecoach.vocabulary.identity.HolderId;
import stagecoach.vocabulary.identity.RegionId;
import stagecoach.vocabulary.identity.Ticket;
import stagecoach.vocabulary.packages.Sha512;
import stagecoach.vocabulary.process.UnavailableTargets;

/** Where an acquisition run stands. */
public sealed interface Acquisition {
    /** It has not begun. */
    record Nothing() implements Acquisition {}

    /** It has ended; late reports change nothing. */
    record Ended(AcquisitionStarted started) implements Acquisition {}

    /** A package on its way to one target, or worker. */
    record Delivery(Sha512 sha512, HolderId target) {}

    /** A package on its way into one cache. */
    record Filling(Sha512 sha512, CacheId cache) {}

    /** How one piece of work stands. */
    sealed interface Standing {
        /** Done, verified. */
        record Done() implements Standing {}

        /** It could not be done. */
        record Failed(String reason) implements Standing {}

        /** Its machine went missing, and is done without. */
        record LeftOut(String reason) implements Standing {}

        /** A tentacle was told to do it. */
        record Told(Ticket ticket) implements Standing {}
    }

    /**
     * It is at work. What has no standing yet is still to do.
     *
     * @param stored packages in the central store
     * @param filled packages in caches
     * @param delivered packages at targets
     */
    record Underway(
            AcquisitionStarted started,
            Map<Sha512, Standing> stored,
            Map<Filling, Standing> filled,
            Map<Delivery, Standing> delivered,
            Map<Ticket, TargetAcquiring> told,
            boolean cancelling)
            implements Acquisition {
        /** Copies the maps. */
        public Underway {
            stored = Map.copyOf(stored);
            filled = Map.copyOf(filled);
            delivered = Map.copyOf(delivered);
            told = Map.copyOf(told);
        }

        static Underway of(AcquisitionStarted started) {
            return new Underway(started, Map.of(), Map.of(), Map.of(), Map.of(), false);
        }

        Underway withStored(Sha512 sha512, Standing standing) {
            return new Underway(
                    started, with(stored, sha512, standing), filled, delivered, told, cancelling);
        }

        Underway withFilled(Filling filling, Standing standing) {
            return new Underway(
                    started, stored, with(filled, filling, standing), delivered, told, cancelling);
        }

        Underway withDelivered(Delivery delivery, Standing standing) {
            return new Underway(
                    started, stored, filled, with(delivered, delivery, standing), told, cancelling);
        }

        Underway withTold(TargetAcquiring event) {
            var delivery = new Delivery(event.pin().sha512(), event.target());
            return new Underway(
                    started,
                    stored,
                    filled,
                    with(delivered, delivery, new Standing.Told(event.ticket())),
                    with(told, event.ticket(), event),
                    cancelling);
        }

        Underway withCancelling() {
            return new Underway(started, stored, filled, delivered, told, true);
        }

        /** Packages that the central store is still to get; each once, whatever many need it. */
        public List<PinnedPackage> toStore() {
            if (cancelling) {
                return List.of();
            }
            var wanted = new LinkedHashMap<Sha512, PinnedPackage>();
            for (PackageNeed need : started.needs()) {
                Sha512 sha512 = need.pinned().pin().sha512();
                if (!stored.containsKey(sha512)
                        && need.targets().stream().anyMatch(t -> open(sha512, t.target()))) {
                    wanted.putIfAbsent(sha512, need.pinned());
                }
            }
            return List.copyOf(wanted.values());
        }

        /**
         * Caches that are still to be filled, each with its package: in each region with targets
         * that wait the one that held it before, else the nearest, and another only when that one
         * could not be.
         */
        public List<ToFill> toFill() {
            if (cancelling) {
                return List.of();
            }
            Set<ToFill> wanted = new LinkedHashSet<>();
            for (PackageNeed need : started.needs()) {
                Sha512 sha512 = need.pinned().pin().sha512();
                if (!Sources.fromCaches(need.pinned())
                        || !(stored.get(sha512) instanceof Standing.Done)) {
                    continue;
                }
                for (NeedingTarget target : need.targets()) {
                    if (open(sha512, target.target())) {
                        toFill(need.pinned(), route(target.region())).ifPresent(wanted::add);
                    }
                }
            }
            return List.copyOf(wanted);
        }

        private Optional<ToFill> toFill(PinnedPackage pinned, RegionRoute route) {
            Sha512 sha512 = pinned.pin().sha512();
            var untried = new ArrayList<Source.OfCache>();
            for (Source.OfCache cache : route.own()) {
                Standing standing = filled.get(new Filling(sha512, cache.cache()));
                if (standing instanceof Standing.Done) {
                    return Optional.empty();
                }
                if (standing == null) {
                    untried.add(cache);
                }
            }
            return Sources.toFill(untried, cache -> heldBefore(cache.cache(), sha512))
                    .map(cache -> new ToFill(pinned, cache, untried.size() == 1));
        }

        /**
         * A package to bring into a cache.
         *
         * @param last whether its region has no other cache that could be tried in its stead
         */
        public record ToFill(PinnedPackage pinned, Source.OfCache cache, boolean last) {}

        /** Tentacles that were told and have not reported. */
        public List<TargetAcquiring> atWork() {
            return told.values().stream()
                    .filter(
                            t ->
                                    delivered.get(new Delivery(t.pin().sha512(), t.target()))
                                            instanceof Standing.Told)
                    .sorted(java.util.Comparator.comparing(TargetAcquiring::ticket))
                    .toList();
        }

        /** Whether a cache holds the package as far as known: what this run saw counts most. */
        boolean holds(CacheId cache, Sha512 sha512) {
            Standing standing = filled.get(new Filling(sha512, cache));
            return standing == null ? heldBefore(cache, sha512) : standing instanceof Standing.Done;
        }

        boolean heldBefore(CacheId cache, Sha512 sha512) {
            return started.held().contains(new HeldInCache(cache, sha512));
        }

        /** Whether nothing is known yet of how the package comes to the target. */
        boolean waiting(Sha512 sha512, HolderId target) {
            return !delivered.containsKey(new Delivery(sha512, target));
        }

        private boolean open(Sha512 sha512, HolderId target) {
            Standing standing = delivered.get(new Delivery(sha512, target));
            return standing == null || standing instanceof Standing.Told;
        }

        /** Whether every delivery has ended. */
        boolean allEnded() {
            return started.needs().stream()
                    .allMatch(
                            n ->
                                    n.targets().stream()
                                            .noneMatch(
                                                    t ->
                                                            open(
                                                                    n.pinned().pin().sha512(),
                                                                    t.target())));
        }

        /** What could not be brought where. */
        List<MissingPackage> missing() {
            var missing = new LinkedHashSet<MissingPackage>();
            for (PackageNeed need : started.needs()) {
                for (NeedingTarget target : need.targets()) {
                    var standing =
                            delivered.get(
                                    new Delivery(need.pinned().pin().sha512(), target.target()));
                    reasonOf(standing)
                            .ifPresent(
                                    reason ->
                                            missing.add(
                                                    new MissingPackage(
                                                            need.pinned().pin(),
                                                            target.target(),
                                                            reason)));
                }
            }
            return missing.size() <= Reasons.WHOLE_MAX
                    ? new ArrayList<>(missing)
                    : missing.stream().map(Underway::brief).toList();
        }

        private static MissingPackage brief(MissingPackage whole) {
            return new MissingPackage(whole.pin(), whole.target(), Reasons.brief(whole.reason()));
        }

        private static Optional<String> reasonOf(@Nullable Standing standing) {
            return switch (standing) {
                case null -> Optional.of("cancelled");
                case Standing.Told _ -> Optional.of("cancelled");
                case Standing.Failed(String reason) -> Optional.of(reason);
                case Standing.LeftOut(String reason) -> Optional.of(reason);
                case Standing.Done() -> Optional.empty();
            };
        }

        /** Whether the run does not fail by what could not be brought there. */
        boolean isLeftOut(MissingPackage missing) {
            return delivered.get(new Delivery(missing.pin().sha512(), missing.target()))
                    instanceof Standing.LeftOut;
        }

        /**
         * How long a machine is waited for if it goes missing; empty if its rule is not to wait.
         */
        public Optional<Duration> waitFor(TargetAcquiring told) {
            return needing(told)
                    .filter(
                            target ->
                                    target.ifLost()
                                            .filter(rule -> rule == UnavailableTargets.WAIT)
                                            .isPresent())
                    .flatMap(NeedingTarget::waitFor);
        }

        /** The target that a tentacle was told to bring something to. */
        Optional<NeedingTarget> needing(TargetAcquiring told) {
            return started.needs().stream()
                    .filter(need -> need.pinned().pin().sha512().equals(told.pin().sha512()))
                    .flatMap(need -> need.targets().stream())
                    .filter(target -> target.target().equals(told.target()))
                    .findFirst();
        }

        /** The route of a region that the run has targets in. */
        RegionRoute route(Optional<RegionId> region) {
            return started.routes().stream()
                    .filter(route -> route.region().equals(region))
                    .findFirst()
                    .orElseThrow(
                            () ->
                                    new IllegalStateException(
                                            "no route was planned for region " + region));
        }

        private static <K> Map<K, Standing> with(Map<K, Standing> map, K key, Standing standing) {
            var changed = new LinkedHashMap<>(map);
            changed.put(key, standing);
            return changed;
        }

        private static Map<Ticket, TargetAcquiring> with(
                Map<Ticket, TargetAcquiring> map, Ticket ticket, TargetAcquiring event) {
            var changed = new LinkedHashMap<>(map);
            changed.put(ticket, event);
            return changed;
        }
    }
}
