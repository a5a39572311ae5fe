package stagecoach.orchestrator.app.progress;

import static org.assertj.core.api.Assertions.assertThat;

import io.restassured.path.json.JsonPath;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import stagecoach.contracts.acquisition.AcquisitionEvent.AcquisitionEnded;
import stagecoach.contracts.acquisition.AcquisitionEvent.AcquisitionStarted;
import stagecoach.contracts.acquisition.AcquisitionEvent.IntegrityBroken;
import stagecoach.contracts.acquisition.AcquisitionEvent.PackageReplicated;
import stagecoach.contracts.acquisition.AcquisitionEvent.PackageStored;
import stagecoach.contracts.acquisition.AcquisitionEvent.RegionRoute;
import stagecoach.contracts.acquisition.AcquisitionEvent.TargetAcquired;
import stagecoach.contracts.acquisition.AcquisitionEvent.TargetAcquiring;
import stagecoach.contracts.acquisition.ServedBy;
import stagecoach.contracts.acquisition.Source;
import stagecoach.contracts.agent.LogEntry.TransferProgress;
import stagecoach.contracts.run.MissingPackage;
import stagecoach.contracts.run.PackageNeed;
import stagecoach.contracts.run.PinnedPackage;
import stagecoach.contracts.run.Purpose;
import stagecoach.contracts.run.RunOutcome;
import stagecoach.orchestrator.app.Api;
import stagecoach.orchestrator.app.OrchestratorTest;
import stagecoach.orchestrator.app.PlayedPackageService;
import stagecoach.orchestrator.app.Shop;
import stagecoach.runtime.test.TestEvents;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.identity.CacheId;
import stagecoach.vocabulary.identity.FeedId;
import stagecoach.vocabulary.identity.HolderId;
import stagecoach.vocabulary.identity.RegionId;
import stagecoach.vocabulary.identity.Run;
import stagecoach.vocabulary.identity.TargetId;
import stagecoach.vocabulary.identity.Ticket;
import stagecoach.vocabulary.identity.WorkerId;
import stagecoach.vocabulary.packages.PackagePin;
import stagecoach.vocabulary.process.Action.AcquisitionLocation;
import stagecoach.vocabulary.process.Action.PackageSource;

@OrchestratorTest
class AcquisitionProgressTest {
    private static final PackagePin PIN = PlayedPackageService.pinOf("Shop.Server", "1.0.0");
    private static final CacheId CACHE = new CacheId("eu-progress");

    @Test
    void packages_are_told_per_target_per_cache_and_per_link() {
        var shop = Shop.open(1);
        shop.release("1.0.0");
        String id = shop.deploy("1.0.0");
        String path = "/deployments/" + id + "/acquisitions";
        var run = Runs.ofPackages(shop, id, 101);
        run.publish(started(run));
        var waiting = Runs.eventually(path, told -> told.getList("targets").size() == 3);
        assertThat(waiting.getList("targets.state")).containsOnly("PENDING");
        assertThat(waiting.getList("caches.cache")).containsExactly(CACHE.value());
        assertThat(waiting.getLong("caches[0].size")).isEqualTo(PIN.size());

        run.publish(new PackageStored(PIN, new FeedId("nuget-org"), 1_000_000, 1));
        TestEvents.publish(
                new TransferProgress(run.id(), PIN, Optional.empty(), Optional.of(CACHE), 400_000));
        var moving = Runs.eventually(path, told -> told.getLong("caches[0].bytes") == 400_000);
        assertThat(moving.getString("caches[0].state")).isEqualTo("RUNNING");

        run.publish(new PackageReplicated(PIN, CACHE, 1_000_000, 0, 1));
        run.publish(
                new TargetAcquiring(PIN, holder(1), AgentId.of(target(1)), ticket(), List.of()));
        run.publish(
                new TargetAcquired(
                        PIN,
                        holder(1),
                        new ServedBy(ServedBy.Kind.CACHE, Optional.of(CACHE)),
                        900_000,
                        100_000,
                        2));
        run.publish(
                new TargetAcquired(
                        PIN,
                        holder(2),
                        new ServedBy(ServedBy.Kind.HELD, Optional.empty()),
                        0,
                        0,
                        1));
        run.publish(new IntegrityBroken(PIN, "cache us-1", Optional.empty()));
        run.publish(
                new AcquisitionEnded(
                        RunOutcome.FAILED,
                        Optional.of("1 of 3"),
                        List.of(new MissingPackage(PIN, holder(3), "no route"))));
        var ended = Runs.eventually(path, told -> "FAILED".equals(row(told, 3).get("state")));
        assertThat(row(ended, 3)).containsEntry("reason", "no route");
        assertThat(row(ended, 1))
                .containsEntry("state", "SUCCEEDED")
                .containsEntry("bytes", 900_000)
                .containsEntry("bytesResumed", 100_000)
                .containsEntry("attempts", 2)
                .containsEntry("servedBy", Map.of("kind", "CACHE", "cache", CACHE.value()));
        assertThat(ended.getString("caches[0].state")).isEqualTo("SUCCEEDED");
        assertThat(ended.getList("links"))
                .containsExactlyInAnyOrder(
                        Map.of("from", "feed:nuget-org", "to", "server", "bytes", 1_000_000),
                        Map.of("from", "server", "to", "eu", "bytes", 1_000_000),
                        Map.of("from", "eu", "to", "eu", "bytes", 900_000));
        assertThat(Api.get("/deployments/" + id).jsonPath().getString("warnings[0].detail"))
                .contains("cache us-1 held other bytes");
    }

    @Test
    void progress_that_comes_late_does_not_undo_an_end() {
        var shop = Shop.open(1);
        shop.release("1.0.0");
        String id = shop.deploy("1.0.0");
        String path = "/deployments/" + id + "/acquisitions";
        var run = Runs.ofPackages(shop, id, 101);
        run.publish(started(run));
        run.publish(
                new TargetAcquired(
                        PIN,
                        holder(1),
                        new ServedBy(ServedBy.Kind.SERVER, Optional.empty()),
                        5,
                        0,
                        1));
        Runs.eventually(path, told -> "SUCCEEDED".equals(row(told, 1).get("state")));
        TestEvents.publish(
                new TransferProgress(run.id(), PIN, Optional.of(target(1)), Optional.empty(), 999));
        TestEvents.publish(
                new TransferProgress(run.id(), PIN, Optional.of(target(2)), Optional.empty(), 7));
        var told =
                Runs.eventually(path, now -> Integer.valueOf(7).equals(row(now, 2).get("bytes")));
        assertThat(row(told, 1)).containsEntry("state", "SUCCEEDED").containsEntry("bytes", 5);
    }

    @Test
    void what_a_machine_got_from_the_feed_itself_crossed_a_link_of_its_own() {
        var shop = Shop.open(1);
        shop.release("1.0.0");
        String id = shop.deploy("1.0.0");
        var run = Runs.ofPackages(shop, id, 101);
        run.publish(started(run));
        run.publish(
                new TargetAcquired(
                        PIN, holder(1), ServedBy.feed(new FeedId("nuget-org")), 700_000, 0, 1));
        var told =
                Runs.eventually(
                        "/deployments/" + id + "/acquisitions",
                        now -> "SUCCEEDED".equals(row(now, 1).get("state")));
        assertThat(row(told, 1).get("servedBy"))
                .asInstanceOf(InstanceOfAssertFactories.MAP)
                .containsEntry("kind", "FEED");
        assertThat(told.getList("links"))
                .containsExactly(Map.of("from", "feed:nuget-org", "to", "eu", "bytes", 700_000));
    }

    @Test
    void a_worker_has_a_row_of_its_own_even_if_a_target_is_called_alike() {
        var shop = Shop.open(1);
        shop.release("1.0.0");
        String id = shop.deploy("1.0.0");
        String path = "/deployments/" + id + "/acquisitions";
        var run = Runs.ofPackages(shop, id, 101);
        var worker = HolderId.of(new WorkerId(target(1).value()));
        run.publish(
                started(
                        run,
                        needing(1),
                        new PackageNeed.NeedingTarget(
                                worker,
                                worker.agent(),
                                Optional.of(new RegionId("eu")),
                                Optional.empty())));
        run.publish(
                new TargetAcquired(
                        PIN,
                        worker,
                        new ServedBy(ServedBy.Kind.SERVER, Optional.empty()),
                        5,
                        0,
                        1));
        var told = Runs.eventually(path, now -> now.getList("targets.state").contains("SUCCEEDED"));
        assertThat(row(told, 1)).containsEntry("state", "PENDING").containsEntry("worker", null);
        List<Map<String, Object>> rows = told.getList("targets");
        assertThat(rows)
                .filteredOn(row -> worker.agent().bareId().equals(row.get("worker")))
                .singleElement()
                .satisfies(
                        row ->
                                assertThat(row)
                                        .containsEntry("target", null)
                                        .containsEntry("state", "SUCCEEDED"));
        assertThat(told.getList("links"))
                .contains(Map.of("from", "server", "to", "eu", "bytes", 5));
    }

    private static AcquisitionStarted started(Runs run) {
        return started(run, needing(1), needing(2), needing(3));
    }

    private static AcquisitionStarted started(Runs run, PackageNeed.NeedingTarget... needing) {
        var need =
                new PackageNeed(
                        new PinnedPackage(
                                FeedId.BUILT_IN,
                                PIN,
                                AcquisitionLocation.EXECUTION_TARGET,
                                PackageSource.NEAREST_CACHE),
                        List.of(needing));
        return new AcquisitionStarted(
                run.id(),
                run.project(),
                run.environment(),
                new Run(101),
                1,
                Purpose.NORMAL,
                List.of(need),
                false,
                List.of(
                        new RegionRoute(
                                Optional.of(new RegionId("eu")),
                                List.of(new Source.Cache(CACHE, "https://eu", Optional.empty())),
                                List.of(),
                                true)));
    }

    private static PackageNeed.NeedingTarget needing(int number) {
        return new PackageNeed.NeedingTarget(
                holder(number),
                AgentId.of(target(number)),
                Optional.of(new RegionId("eu")),
                Optional.empty());
    }

    private static HolderId holder(int number) {
        return HolderId.of(target(number));
    }

    private static TargetId target(int number) {
        return new TargetId("acq-" + number);
    }

    private static Ticket ticket() {
        return new Ticket(UUID.randomUUID());
    }

    private static Map<String, Object> row(JsonPath told, int target) {
        List<Map<String, Object>> rows = told.getList("targets");
        return rows.stream()
                .filter(row -> target(target).value().equals(row.get("target")))
                .findFirst()
                .orElse(Map.of());
    }
}
