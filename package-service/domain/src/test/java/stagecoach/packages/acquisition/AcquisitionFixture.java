package stagecoach.packages.acquisition;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import stagecoach.contracts.acquisition.AcquisitionEvent;
import stagecoach.contracts.acquisition.AcquisitionEvent.HeldInCache;
import stagecoach.contracts.acquisition.AcquisitionEvent.TargetAcquiring;
import stagecoach.contracts.acquisition.ServedBy;
import stagecoach.contracts.acquisition.Source;
import stagecoach.contracts.agent.AcquisitionResult;
import stagecoach.contracts.agent.CommandOutcome;
import stagecoach.contracts.agent.CommandResult;
import stagecoach.contracts.run.PackageNeed;
import stagecoach.contracts.run.PackageNeed.NeedingTarget;
import stagecoach.contracts.run.PinnedPackage;
import stagecoach.contracts.run.Purpose;
import stagecoach.packages.routing.KnownCache;
import stagecoach.packages.routing.RoutePlanner;
import stagecoach.vocabulary.identity.CacheId;
import stagecoach.vocabulary.identity.DeploymentId;
import stagecoach.vocabulary.identity.EnvironmentId;
import stagecoach.vocabulary.identity.FeedId;
import stagecoach.vocabulary.identity.HolderId;
import stagecoach.vocabulary.identity.ProjectId;
import stagecoach.vocabulary.identity.RegionId;
import stagecoach.vocabulary.identity.Run;
import stagecoach.vocabulary.identity.TargetId;
import stagecoach.vocabulary.identity.WorkerId;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackagePin;
import stagecoach.vocabulary.packages.PackageVersion;
import stagecoach.vocabulary.packages.Sha512;
import stagecoach.vocabulary.process.Action.AcquisitionLocation;
import stagecoach.vocabulary.process.Action.PackageSource;
import stagecoach.vocabulary.process.UnavailableTargets;

/** Two regions with a cache each, two packages, six targets. */
final class AcquisitionFixture {
    static final RegionId EU = new RegionId("eu");
    static final RegionId US = new RegionId("us");
    static final PackagePin SERVER = pin("Shop.Server", "ab", 1_000);
    static final PackagePin CONFIG = pin("Shop.Config", "cd", 10);
    static final KnownCache CACHE_EU = cache("cache-eu", EU, 0);
    static final KnownCache CACHE_US = cache("cache-us", US, 0);
    static final FeedId OUTSIDE = new FeedId("company");
    static final Set<RegionId> EVERY_REGION_FALLS_BACK = Set.of();

    private AcquisitionFixture() {}

    static PackagePin pin(String id, String digest, long size) {
        return new PackagePin(
                new PackageId(id),
                new PackageVersion("1.0.0"),
                new Sha512(digest.repeat(64)),
                size);
    }

    static KnownCache cache(String id, RegionId region, int priority) {
        return new KnownCache(
                new Source.Cache(new CacheId(id), "https://" + id, Optional.empty()),
                region,
                priority);
    }

    static NeedingTarget target(String id, RegionId region) {
        return needing(HolderId.of(new TargetId(id)), Optional.of(region), Optional.empty());
    }

    static NeedingTarget unavailable(String id, RegionId region, String why) {
        return needing(HolderId.of(new TargetId(id)), Optional.of(region), Optional.of(why));
    }

    static NeedingTarget ruled(NeedingTarget target, UnavailableTargets ifLost) {
        return new NeedingTarget(
                target.target(),
                target.agent(),
                target.region(),
                target.unavailable(),
                Optional.of(ifLost),
                Optional.empty());
    }

    static NeedingTarget worker(String id) {
        return needing(HolderId.of(new WorkerId(id)), Optional.empty(), Optional.empty());
    }

    private static NeedingTarget needing(
            HolderId holder, Optional<RegionId> region, Optional<String> unavailable) {
        return new NeedingTarget(holder, holder.agent(), region, unavailable);
    }

    static PackageNeed nearest(PackagePin pin, NeedingTarget... targets) {
        return new PackageNeed(
                new PinnedPackage(
                        FeedId.BUILT_IN,
                        pin,
                        AcquisitionLocation.EXECUTION_TARGET,
                        PackageSource.NEAREST_CACHE),
                Arrays.asList(targets));
    }

    /** From a feed outside, with caches on the way or without. */
    static PackageNeed outside(PackagePin pin, PackageSource source, NeedingTarget... targets) {
        return new PackageNeed(
                new PinnedPackage(OUTSIDE, pin, AcquisitionLocation.EXECUTION_TARGET, source),
                Arrays.asList(targets));
    }

    static PackageNeed fromServer(PackagePin pin, NeedingTarget... targets) {
        return new PackageNeed(
                new PinnedPackage(
                        FeedId.BUILT_IN,
                        pin,
                        AcquisitionLocation.SERVER,
                        PackageSource.NEAREST_CACHE),
                Arrays.asList(targets));
    }

    static AcquisitionCommand.Start start(
            List<KnownCache> caches, Set<RegionId> withoutFallback, PackageNeed... needs) {
        return start(caches, withoutFallback, List.of(), false, needs);
    }

    static AcquisitionCommand.Start start(
            List<KnownCache> caches,
            Set<RegionId> withoutFallback,
            List<HeldInCache> held,
            boolean force,
            PackageNeed... needs) {
        return start(caches, withoutFallback, held, List.of(), force, needs);
    }

    static AcquisitionCommand.Start start(
            List<KnownCache> caches,
            Set<RegionId> withoutFallback,
            List<HeldInCache> held,
            List<FeedId> machinesRead,
            boolean force,
            PackageNeed... needs) {
        return new AcquisitionCommand.Start(
                new DeploymentId("7f3k9qzm"),
                new ProjectId("shop"),
                new EnvironmentId("production"),
                new Run(2),
                1,
                Purpose.NORMAL,
                Arrays.asList(needs),
                force,
                RoutePlanner.routes(Arrays.asList(needs), caches, withoutFallback),
                held,
                machinesRead);
    }

    static AcquisitionCommand.Stored stored(PackagePin pin) {
        return new AcquisitionCommand.Stored(pin, FeedId.BUILT_IN, 0, 1);
    }

    static AcquisitionCommand.NotStored notStored(PackagePin pin, String why) {
        return new AcquisitionCommand.NotStored(pin, FeedId.BUILT_IN, why);
    }

    static AcquisitionCommand.Replicated replicated(PackagePin pin, KnownCache cache) {
        return new AcquisitionCommand.Replicated(pin, cache.source().cache(), pin.size(), 0, 1);
    }

    static AcquisitionCommand.NotReplicated notReplicated(
            PackagePin pin, KnownCache cache, String why) {
        return new AcquisitionCommand.NotReplicated(pin, cache.source().cache(), why);
    }

    /** Who is told to read what where, by these events. */
    static List<TargetAcquiring> told(List<AcquisitionEvent> events) {
        return events.stream()
                .filter(TargetAcquiring.class::isInstance)
                .map(TargetAcquiring.class::cast)
                .toList();
    }

    static AcquisitionCommand.TargetReported acquired(TargetAcquiring told) {
        ServedBy by =
                switch (told.sources().getFirst()) {
                    case Source.OfCache cache ->
                            new ServedBy(ServedBy.Kind.CACHE, Optional.of(cache.cache()));
                    case Source.Feed(FeedId feed) -> ServedBy.feed(feed);
                    case Source.Server() -> new ServedBy(ServedBy.Kind.SERVER, Optional.empty());
                };
        return reported(
                told,
                Optional.of(new AcquisitionResult(by, told.pin().size(), 0, 1, List.of())),
                Optional.empty());
    }

    static AcquisitionCommand.TargetReported failed(TargetAcquiring told, String why) {
        return reported(told, Optional.empty(), Optional.of(why));
    }

    static AcquisitionCommand.TargetReported unreached(TargetAcquiring told) {
        return new AcquisitionCommand.TargetReported(
                told.ticket(),
                new CommandResult(
                        CommandOutcome.UNREACHED,
                        Optional.empty(),
                        Map.of(),
                        Optional.of("The machine was out of reach for 1m."),
                        false,
                        Optional.empty()));
    }

    private static AcquisitionCommand.TargetReported reported(
            TargetAcquiring told, Optional<AcquisitionResult> got, Optional<String> why) {
        var result =
                new CommandResult(
                        CommandOutcome.EXITED,
                        Optional.of(why.isEmpty() ? 0 : 1),
                        Map.of(),
                        why,
                        false,
                        got);
        return new AcquisitionCommand.TargetReported(told.ticket(), result);
    }
}
