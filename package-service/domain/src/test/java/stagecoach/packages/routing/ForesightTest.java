package stagecoach.packages.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import stagecoach.contracts.acquisition.Source;
import stagecoach.contracts.internal.ForeseeAcquisition.Link;
import stagecoach.contracts.internal.ForeseeAcquisition.Response;
import stagecoach.contracts.internal.ForeseeAcquisition.ToCache;
import stagecoach.contracts.internal.ForeseeAcquisition.ToTarget;
import stagecoach.contracts.run.PackageNeed;
import stagecoach.contracts.run.PackageNeed.NeedingTarget;
import stagecoach.contracts.run.PinnedPackage;
import stagecoach.vocabulary.identity.CacheId;
import stagecoach.vocabulary.identity.FeedId;
import stagecoach.vocabulary.identity.HolderId;
import stagecoach.vocabulary.identity.RegionId;
import stagecoach.vocabulary.identity.TargetId;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackagePin;
import stagecoach.vocabulary.packages.PackageVersion;
import stagecoach.vocabulary.packages.Sha512;
import stagecoach.vocabulary.process.Action.AcquisitionLocation;
import stagecoach.vocabulary.process.Action.PackageSource;

class ForesightTest {
    private static final long SIZE = 1000;
    private static final PackagePin PIN =
            new PackagePin(
                    new PackageId("Shop.Web"),
                    new PackageVersion("1.0.0"),
                    new Sha512("ab".repeat(64)),
                    SIZE);
    private static final KnownCache EU =
            new KnownCache(
                    new Source.Cache(new CacheId("cache-eu"), "https://eu", Optional.empty()),
                    new RegionId("eu"),
                    0);

    private final Set<String> holding = new HashSet<>();

    private final Foresight.Holdings holdings =
            new Foresight.Holdings() {
                @Override
                public boolean cacheHolds(CacheId cache, Sha512 sha512) {
                    return holding.contains(cache.value());
                }

                @Override
                public boolean targetHolds(HolderId target, Sha512 sha512) {
                    return holding.contains(target.toString());
                }
            };

    private static NeedingTarget target(String id, String region) {
        var holder = HolderId.of(new TargetId(id));
        return new NeedingTarget(
                holder, holder.agent(), Optional.of(new RegionId(region)), Optional.empty());
    }

    private Response foresee(boolean force, NeedingTarget... targets) {
        var needs =
                List.of(
                        new PackageNeed(
                                new PinnedPackage(
                                        FeedId.BUILT_IN,
                                        PIN,
                                        AcquisitionLocation.EXECUTION_TARGET,
                                        PackageSource.NEAREST_CACHE),
                                List.of(targets)));
        return Foresight.foresee(
                needs, RoutePlanner.routes(needs, List.of(EU), Set.of()), force, holdings);
    }

    private static Link toRegion(String region, long bytes) {
        return new Link("server", Optional.of(region), bytes);
    }

    @Test
    void a_region_with_a_cache_costs_the_server_one_transfer_and_one_without_one_for_each_target() {
        Response foreseen =
                foresee(
                        false,
                        target("e1", "eu"),
                        target("e2", "eu"),
                        target("u1", "us"),
                        target("u2", "us"));
        assertThat(foreseen.caches()).extracting(ToCache::bytes).containsExactly(SIZE);
        assertThat(foreseen.targets())
                .extracting(ToTarget::bytes)
                .containsExactly(SIZE, SIZE, SIZE, SIZE);
        assertThat(foreseen.links())
                .containsExactlyInAnyOrder(toRegion("eu", SIZE), toRegion("us", 2 * SIZE));
    }

    @Test
    void what_is_held_does_not_move_unless_it_is_forced() {
        var one = target("e1", "eu");
        holding.addAll(Set.of("cache-eu", one.target().toString()));
        Response foreseen = foresee(false, one, target("e2", "eu"));
        assertThat(foreseen.links()).isEmpty();
        assertThat(foreseen.caches()).extracting(ToCache::bytes).containsExactly(0L);
        assertThat(foreseen.targets()).extracting(ToTarget::bytes).containsExactly(0L, SIZE);

        Response forced = foresee(true, one, target("e2", "eu"));
        assertThat(forced.links()).containsExactly(toRegion("eu", SIZE));
        assertThat(forced.targets()).extracting(ToTarget::bytes).containsExactly(SIZE, SIZE);
    }
}
