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
import stagecoach.packages.routing.Foresight.Begun;
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

    private static final FeedId COMPANY = new FeedId("company");

    private final Set<String> holding = new HashSet<>();
    private Begun inCaches = Begun.NOTHING;
    private long atTargets;
    private long lost;
    private Set<RegionId> withoutFallback = Set.of();
    private List<FeedId> machinesRead = List.of();

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

                @Override
                public Begun inCache(CacheId cache, Sha512 sha512) {
                    return inCaches;
                }

                @Override
                public long atTarget(HolderId target, Sha512 sha512) {
                    return atTargets;
                }

                @Override
                public long toFetch(PinnedPackage pinned) {
                    return lost;
                }
            };

    private static NeedingTarget target(String id, String region) {
        var holder = HolderId.of(new TargetId(id));
        return new NeedingTarget(
                holder, holder.agent(), Optional.of(new RegionId(region)), Optional.empty());
    }

    private Response foresee(boolean force, NeedingTarget... targets) {
        return foresee(FeedId.BUILT_IN, PackageSource.NEAREST_CACHE, force, targets);
    }

    private Response foresee(
            FeedId feed, PackageSource source, boolean force, NeedingTarget... targets) {
        var needs =
                List.of(
                        new PackageNeed(
                                new PinnedPackage(
                                        feed, PIN, AcquisitionLocation.EXECUTION_TARGET, source),
                                List.of(targets)));
        return Foresight.foresee(
                needs,
                RoutePlanner.routes(needs, List.of(EU), withoutFallback),
                List.of(EU),
                machinesRead,
                force,
                holdings);
    }

    private static Link link(String from, String to, long bytes) {
        return new Link(from, Optional.of(to), bytes);
    }

    @Test
    void a_region_with_a_cache_costs_the_server_one_transfer_and_its_neighbours_without_one_none() {
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
                .containsExactlyInAnyOrder(
                        link("server", "eu", SIZE),
                        link("eu", "eu", 2 * SIZE),
                        link("eu", "us", 2 * SIZE));
    }

    @Test
    void without_a_neighbour_that_gets_the_package_each_target_is_a_transfer_of_the_server() {
        Response foreseen = foresee(false, target("u1", "us"), target("u2", "us"));
        assertThat(foreseen.links()).containsExactly(link("server", "us", 2 * SIZE));
    }

    @Test
    void what_the_server_has_lost_comes_from_its_feed_once_before_all_else() {
        lost = SIZE - 300;
        Response foreseen =
                foresee(
                        COMPANY,
                        PackageSource.NEAREST_CACHE,
                        false,
                        target("u1", "us"),
                        target("u2", "us"));
        assertThat(foreseen.links())
                .containsExactly(
                        link("feed:company", "server", SIZE - 300), link("server", "us", 2 * SIZE));
    }

    @Test
    void what_is_held_does_not_move_unless_it_is_forced() {
        var one = target("e1", "eu");
        holding.addAll(Set.of("cache-eu", one.target().toString()));
        Response foreseen = foresee(false, one, target("e2", "eu"));
        assertThat(foreseen.links()).containsExactly(link("eu", "eu", SIZE));
        assertThat(foreseen.caches()).extracting(ToCache::bytes).containsExactly(0L);
        assertThat(foreseen.targets()).extracting(ToTarget::bytes).containsExactly(0L, SIZE);

        Response forced = foresee(true, one, target("e2", "eu"));
        assertThat(forced.links())
                .containsExactly(link("server", "eu", SIZE), link("eu", "eu", 2 * SIZE));
        assertThat(forced.targets()).extracting(ToTarget::bytes).containsExactly(SIZE, SIZE);
    }

    @Test
    void what_interrupted_transfers_have_left_does_not_move_again() {
        inCaches = new Begun(300, false);
        atTargets = SIZE;
        Response foreseen = foresee(false, target("e1", "eu"));
        assertThat(foreseen.caches())
                .singleElement()
                .returns(false, ToCache::held)
                .returns(SIZE - 300, ToCache::bytes)
                .returns(Optional.of(300L), ToCache::begun)
                .returns(Optional.empty(), ToCache::doubted)
                .returns(Optional.empty(), ToCache::unheard);
        assertThat(foreseen.targets())
                .singleElement()
                .returns(0L, ToTarget::bytes)
                .returns(Optional.of(SIZE), ToTarget::begun);
        assertThat(foreseen.links()).containsExactly(link("server", "eu", SIZE - 300));

        inCaches = new Begun(SIZE + 1, false);
        assertThat(foresee(true, target("e1", "eu")).caches())
                .as("what is too long begins anew")
                .extracting(ToCache::bytes)
                .containsExactly(SIZE);
    }

    @Test
    void a_copy_that_is_doubted_may_turn_out_to_be_intact_and_is_counted_as_if_it_did_not() {
        inCaches = new Begun(0, true);
        Response foreseen = foresee(false, target("e1", "eu"));
        assertThat(foreseen.caches())
                .singleElement()
                .returns(SIZE, ToCache::bytes)
                .returns(Optional.of(true), ToCache::doubted);
        assertThat(foreseen.links())
                .containsExactlyInAnyOrder(link("server", "eu", SIZE), link("eu", "eu", SIZE));
    }

    @Test
    void of_a_cache_that_does_not_say_what_it_has_all_is_counted_and_that_is_said() {
        inCaches = Begun.UNHEARD;
        assertThat(foresee(false, target("e1", "eu")).caches())
                .singleElement()
                .returns(SIZE, ToCache::bytes)
                .returns(Optional.empty(), ToCache::begun)
                .returns(Optional.of(true), ToCache::unheard);
    }

    @Test
    void a_region_without_a_cache_reads_from_a_neighbour_that_holds_the_package() {
        holding.add("cache-eu");
        Response foreseen = foresee(false, target("u1", "us"));
        assertThat(foreseen.targets().getFirst().path())
                .containsExactly("CACHE:cache-eu", "SERVER");
        assertThat(foreseen.links()).containsExactly(link("eu", "us", SIZE));

        Response forced = foresee(true, target("u1", "us"));
        assertThat(forced.targets().getFirst().path()).containsExactly("SERVER");
        assertThat(forced.links()).containsExactly(link("server", "us", SIZE));
    }

    @Test
    void what_machines_read_from_a_feed_themselves_crosses_no_link_of_the_server() {
        machinesRead = List.of(COMPANY);
        Response foreseen =
                foresee(COMPANY, PackageSource.FEED, false, target("e1", "eu"), target("u1", "us"));
        assertThat(foreseen.targets())
                .extracting(ToTarget::path)
                .containsOnly(List.of("FEED:company", "SERVER"));
        assertThat(foreseen.caches()).isEmpty();
        assertThat(foreseen.links())
                .containsExactly(
                        link("feed:company", "eu", SIZE), link("feed:company", "us", SIZE));
        assertThat(foreseen.notes()).isEmpty();

        foreseen = foresee(COMPANY, PackageSource.NEAREST_CACHE, false, target("u1", "us"));
        assertThat(foreseen.links())
                .as("where no cache has it the feed comes before the server")
                .containsExactly(link("feed:company", "us", SIZE));
    }

    @Test
    void of_a_feed_that_only_the_server_reads_it_is_said_although_a_step_names_it() {
        Response foreseen = foresee(COMPANY, PackageSource.FEED, false, target("e1", "eu"));
        assertThat(foreseen.links()).containsExactly(link("server", "eu", SIZE));
        assertThat(foreseen.notes())
                .singleElement()
                .asString()
                .contains("feed \"company\"", "machinesRead is false");

        assertThat(foresee(COMPANY, PackageSource.NEAREST_CACHE, false, target("e1", "eu")).notes())
                .isEmpty();
        assertThat(foresee(FeedId.BUILT_IN, PackageSource.FEED, false, target("e1", "eu")).notes())
                .as("the built-in feed is at the server")
                .isEmpty();
    }

    @Test
    void to_a_target_that_is_away_or_has_no_source_nothing_moves() {
        var here = target("u1", "us");
        var away =
                new NeedingTarget(
                        here.target(), here.agent(), here.region(), Optional.of("it is away"));
        assertThat(foresee(false, away).links()).isEmpty();

        withoutFallback = Set.of(new RegionId("us"));
        Response foreseen = foresee(false, here);
        assertThat(foreseen.targets().getFirst().path()).isEmpty();
        assertThat(foreseen.targets().getFirst().bytes()).isZero();
        assertThat(foreseen.links()).isEmpty();
    }
}
