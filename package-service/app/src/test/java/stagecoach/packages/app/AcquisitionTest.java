package stagecoach.packages.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import jakarta.inject.Inject;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import stagecoach.contracts.acquisition.AcquisitionEvent.AcquisitionEnded;
import stagecoach.contracts.acquisition.AcquisitionEvent.IntegrityBroken;
import stagecoach.contracts.acquisition.AcquisitionEvent.PackageReplicated;
import stagecoach.contracts.acquisition.AcquisitionEvent.PackageStoreFailed;
import stagecoach.contracts.acquisition.AcquisitionEvent.PackageStored;
import stagecoach.contracts.acquisition.AcquisitionEvent.ReplicationFailed;
import stagecoach.contracts.acquisition.AcquisitionEvent.TargetAcquiring;
import stagecoach.contracts.acquisition.ServedBy;
import stagecoach.contracts.acquisition.Source;
import stagecoach.contracts.agent.AcquisitionResult;
import stagecoach.contracts.agent.AgentCommand.AcquirePackage;
import stagecoach.contracts.agent.AgentCommand.CancelCommand;
import stagecoach.contracts.agent.CommandOutcome;
import stagecoach.contracts.agent.CommandResult;
import stagecoach.contracts.agent.LogEntry.TransferProgress;
import stagecoach.contracts.internal.ForeseeAcquisition;
import stagecoach.contracts.internal.MintGrants;
import stagecoach.contracts.run.PackageNeed;
import stagecoach.contracts.run.RunOutcome;
import stagecoach.packages.app.transfer.StoreCheck;
import stagecoach.packages.server.blob.folder.FolderBlobStore;
import stagecoach.packages.server.pull.PullStatus;
import stagecoach.runtime.access.ServiceToken;
import stagecoach.runtime.test.StagecoachResource;
import stagecoach.trust.Identity;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.identity.CacheId;
import stagecoach.vocabulary.identity.FeedId;
import stagecoach.vocabulary.identity.TargetId;
import stagecoach.vocabulary.process.Action.AcquisitionLocation;
import stagecoach.wire.StagecoachJson;

@PackageServiceTest
class AcquisitionTest {
    private static final ServedBy BY_CACHE =
            new ServedBy(ServedBy.Kind.CACHE, Optional.of(new CacheId("eu-1")));
    private static final int MEGABYTE = 1_000_000;

    // One for all tests: a process takes its time to start.
    private static final CacheProcess CACHE =
            CacheProcess.start(
                    "eu-1",
                    ConfigProvider.getConfig().getValue("test.grant-public-key", String.class));

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(CACHE::close));
    }

    @Inject ServiceToken tokens;
    @Inject FolderBlobStore blobs;
    @Inject StoreCheck store;

    private final Link link = new Link(Http::port);
    private final Deployment deployment = new Deployment();

    @BeforeEach
    void configure() throws Exception {
        Configured.region("eu", true, 1);
        Configured.cache("eu-1", "eu", CACHE, link);
    }

    @AfterEach
    void end() throws Exception {
        deployment.close();
        link.close();
    }

    private Packages.Nupkg pushed(int payload) throws Exception {
        var nupkg = Packages.of(Packages.freshId(), "1.0.0", payload);
        assertThat(Http.pushed(nupkg.bytes())).isEqualTo(201);
        return nupkg;
    }

    private <R> R post(String path, Object body, Class<R> answer) throws Exception {
        var response =
                Http.send(
                        Http.request(path)
                                .header("Authorization", "Bearer " + tokens.issue())
                                .header("Content-Type", "application/json")
                                .POST(BodyPublishers.ofByteArray(StagecoachJson.bytes(body))));
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return StagecoachJson.read(response.body(), answer);
    }

    private ForeseeAcquisition.Response foresight(PackageNeed... needs) throws Exception {
        return post(
                "/internal/foresights",
                new ForeseeAcquisition.Request(List.of(needs), false),
                ForeseeAcquisition.Response.class);
    }

    @Test
    void a_package_crosses_once_into_the_region_and_its_targets_read_it_there() throws Exception {
        var nupkg = pushed(3 * MEGABYTE);
        var needs =
                Deployment.nearest(
                        nupkg.pin(),
                        Deployment.target("web-1", "eu"),
                        Deployment.target("web-2", "eu"));
        var foreseen = foresight(needs);

        deployment.start(2, false, needs);
        List<AcquirePackage> told =
                deployment.commands(2, 2).stream().map(AcquirePackage.class::cast).toList();
        var tentacle = Identity.loadOrCreate(Files.createTempDirectory("tentacle-"), "tentacle");
        var grants =
                post(
                                "/internal/grants",
                                new MintGrants.Request(
                                        nupkg.sha512(),
                                        tentacle.thumbprint().value(),
                                        List.of(new CacheId("eu-1")),
                                        Optional.of(AgentId.of(new TargetId("web-1")))),
                                MintGrants.Response.class)
                        .grants();
        var read = CACHE.read(tentacle, nupkg.sha512(), grants.getFirst().token());
        deployment.acquireAll(2, 2, BY_CACHE);
        AcquisitionEnded ended = deployment.ended(2);

        assertThat(ended.outcome()).isEqualTo(RunOutcome.SUCCEEDED);
        assertThat(read.statusCode()).isEqualTo(200);
        assertThat(read.body()).isEqualTo(nupkg.bytes());
        assertThat(deployment.event(2, PackageStored.class).bytes()).isZero();
        assertThat(deployment.event(2, PackageReplicated.class).bytes())
                .isEqualTo(nupkg.bytes().length);
        assertThat(told.getFirst().sources())
                .containsExactly(
                        new Source.Cache(
                                new CacheId("eu-1"),
                                CACHE.url(),
                                Optional.of(CACHE.thumbprint().value())),
                        new Source.Server());
        assertThat(link.bytes())
                .isBetween((long) nupkg.bytes().length, nupkg.bytes().length + 2000L);
        assertThat(foreseen.caches().getFirst().bytes()).isEqualTo(nupkg.bytes().length);

        var again = foresight(needs);
        assertThat(again.caches().getFirst().held()).isTrue();
        assertThat(again.targets()).allMatch(ForeseeAcquisition.ToTarget::held);
        assertThat(again.links()).isEmpty();
    }

    @Test
    void a_package_that_the_cache_holds_moves_no_byte_unless_it_is_forced() throws Exception {
        var nupkg = pushed(MEGABYTE);
        var needs = Deployment.nearest(nupkg.pin(), Deployment.target("web-1", "eu"));
        deployment.start(2, false, needs);
        deployment.acquireAll(2, 1, BY_CACHE);
        deployment.ended(2);
        long once = link.bytes();

        deployment.start(3, false, needs);
        assertThat(deployment.event(3, PackageReplicated.class).bytes()).isZero();
        assertThat(link.bytes()).isEqualTo(once);
        deployment.start(4, true, needs);
        assertThat(deployment.event(4, PackageReplicated.class).bytes())
                .isEqualTo(nupkg.bytes().length);
        assertThat(link.bytes()).isGreaterThan(once + nupkg.bytes().length);
        assertThat(deployment.commands(4, 1).getFirst())
                .isInstanceOfSatisfying(
                        AcquirePackage.class, command -> assertThat(command.force()).isTrue());
    }

    @Test
    void two_deployments_at_once_share_one_transfer_and_one_of_them_is_told_its_bytes()
            throws Exception {
        var nupkg = pushed(2 * MEGABYTE);
        link.narrow(MEGABYTE);
        var needs = Deployment.nearest(nupkg.pin(), Deployment.target("web-1", "eu"));
        try (var other = new Deployment()) {
            deployment.start(2, false, needs);
            await().atMost(StagecoachResource.PATIENCE)
                    .until(() -> CACHE.partialBytes(nupkg.sha512()) > 0);
            other.start(2, false, needs);
            other.event(2, PackageStored.class);
            link.open();

            long mine = deployment.event(2, PackageReplicated.class).bytes();
            long its = other.event(2, PackageReplicated.class).bytes();

            assertThat(List.of(mine, its)).contains(0L, (long) nupkg.bytes().length);
            assertThat(link.bytes()).isLessThan(nupkg.bytes().length + 4000L);
        }
    }

    @Test
    void how_far_a_package_has_come_is_told_now_and_then() throws Exception {
        var nupkg = pushed(8 * MEGABYTE);
        link.narrow(MEGABYTE / 10);
        deployment.start(
                2, false, Deployment.nearest(nupkg.pin(), Deployment.target("web-1", "eu")));

        try (var logs = new Logs(deployment.id())) {
            await().atMost(StagecoachResource.PATIENCE)
                    .until(
                            () -> {
                                link.narrow(MEGABYTE / 20);
                                return !logs.poll().isEmpty();
                            });
            assertThat(logs.poll().getFirst())
                    .isInstanceOfSatisfying(
                            TransferProgress.class,
                            told -> {
                                assertThat(told.cache()).contains(new CacheId("eu-1"));
                                assertThat(told.bytes()).isBetween(1L, (long) nupkg.bytes().length);
                            });
        }
        link.open();
        deployment.event(2, PackageReplicated.class);
    }

    @Test
    void a_package_for_upload_by_the_server_goes_to_no_cache() throws Exception {
        var nupkg = pushed(1000);
        deployment.start(
                2, false, Deployment.fromServer(nupkg.pin(), Deployment.target("web-1", "eu")));

        var told = (AcquirePackage) deployment.commands(2, 1).getFirst();

        assertThat(told.sources()).containsExactly(new Source.Server());
        assertThat(link.bytes()).isZero();
    }

    @Test
    void a_cache_that_cannot_be_trusted_is_passed_over_and_the_reason_told() throws Exception {
        Configured.region("strange", true, 1);
        var answer =
                Http.put(
                        "/api/v1/caches/strange-1",
                        Configured.body("strange", CACHE.url(), link.url(), "99".repeat(32)));
        assertThat(answer.statusCode()).isIn(200, 201);
        var nupkg = pushed(1000);

        deployment.start(
                2,
                false,
                Deployment.nearest(nupkg.pin(), Deployment.target("strange-web", "strange")));

        assertThat(deployment.event(2, ReplicationFailed.class).reason())
                .contains("shows another certificate");
        assertThat(deployment.event(2, TargetAcquiring.class).sources())
                .containsExactly(new Source.Server());
    }

    @Test
    void a_cache_that_is_away_is_given_up_after_some_tries() throws Exception {
        Configured.region("dark", false, 1);
        var answer =
                Http.put(
                        "/api/v1/caches/dark-1",
                        Configured.body(
                                "dark", "https://127.0.0.1:1", link.url(), "99".repeat(32)));
        assertThat(answer.statusCode()).isIn(200, 201);
        var nupkg = pushed(1000);

        deployment.start(
                2, false, Deployment.nearest(nupkg.pin(), Deployment.target("dark-web", "dark")));

        AcquisitionEnded ended = deployment.ended(2);
        assertThat(ended.outcome()).isEqualTo(RunOutcome.FAILED);
        assertThat(ended.reason().orElseThrow())
                .contains("dark-web", "serverFallback is false", "dark-1", "refused");
    }

    @Test
    void invariant_5_a_report_of_an_older_run_changes_nothing() throws Exception {
        var nupkg = pushed(1000);
        var needs = Deployment.nearest(nupkg.pin(), Deployment.target("web-1", "eu"));
        deployment.start(2, false, needs);
        var old = (AcquirePackage) deployment.commands(2, 1).getFirst();
        deployment.start(3, false, needs);
        deployment.commands(3, 1);

        deployment.report(old, new AcquisitionResult(BY_CACHE, 1000, 0, 1, List.of()));
        deployment.ended(2);

        assertThat(deployment.events(3, seen -> true))
                .noneMatch(AcquisitionEnded.class::isInstance);
        deployment.acquireAll(3, 1, BY_CACHE);
        assertThat(deployment.ended(3).outcome()).isEqualTo(RunOutcome.SUCCEEDED);
    }

    @Test
    void invariant_8_a_cancelled_acquisition_ends_and_its_transfer_too() throws Exception {
        var nupkg = pushed(2 * MEGABYTE);
        var small = pushed(100);
        link.narrow(MEGABYTE / 2);
        deployment.start(
                2,
                false,
                Deployment.fromServer(small.pin(), Deployment.target("web-1", "eu")),
                Deployment.nearest(nupkg.pin(), Deployment.target("web-1", "eu")));
        var told = (AcquirePackage) deployment.commands(2, 1).getFirst();
        await().atMost(StagecoachResource.PATIENCE)
                .until(() -> CACHE.partialBytes(nupkg.sha512()) > 0);

        deployment.cancel();
        var cancel = (CancelCommand) deployment.commands(2, 2).get(1);
        deployment.report(
                told,
                new CommandResult(
                        CommandOutcome.CANCELLED,
                        Optional.empty(),
                        Map.of(),
                        Optional.of("cancelled"),
                        false,
                        Optional.empty()));

        assertThat(cancel.ticket()).isEqualTo(told.ticket());
        assertThat(deployment.ended(2).outcome()).isEqualTo(RunOutcome.CANCELLED);
        var central = Identity.loadOrCreate(Files.createTempDirectory("central-"), "central");
        await().atMost(StagecoachResource.PATIENCE)
                .until(
                        () ->
                                CACHE.pull(central, nupkg.sha512()).state()
                                        == PullStatus.State.FAILED);
        link.open();
        // What came is kept for whoever wants the package next.
        try (var next = new Deployment()) {
            next.start(2, false, Deployment.nearest(nupkg.pin(), Deployment.target("web-1", "eu")));
            assertThat(next.event(2, PackageReplicated.class).bytesResumed()).isPositive();
        }
    }

    @Test
    void a_copy_that_a_target_found_to_be_wrong_is_fetched_again() throws Exception {
        var nupkg = pushed(MEGABYTE);
        var needs = Deployment.nearest(nupkg.pin(), Deployment.target("web-1", "eu"));
        deployment.start(2, false, needs);
        var told = (AcquirePackage) deployment.commands(2, 1).getFirst();
        byte[] rotten = nupkg.bytes().clone();
        rotten[7] ^= 1;
        Files.write(CACHE.file(nupkg.sha512()), rotten);

        deployment.report(
                told,
                new AcquisitionResult(
                        new ServedBy(ServedBy.Kind.SERVER, Optional.empty()),
                        nupkg.bytes().length,
                        0,
                        2,
                        List.of("cache eu-1 gave bytes with another SHA-512")));
        deployment.ended(2);
        deployment.start(3, false, needs);

        assertThat(deployment.event(2, IntegrityBroken.class).holder()).startsWith("cache eu-1");
        assertThat(deployment.event(3, PackageReplicated.class).bytes())
                .isEqualTo(nupkg.bytes().length);
        assertThat(Files.readAllBytes(CACHE.file(nupkg.sha512()))).isEqualTo(nupkg.bytes());
    }

    @Test
    void a_damaged_package_in_the_store_is_never_brought_anywhere_and_a_push_repairs_it()
            throws Exception {
        var nupkg = pushed(1000);
        byte[] rotten = nupkg.bytes().clone();
        rotten[7] ^= 1;
        Files.write(blobs.file(nupkg.sha512()), rotten);
        // As it is after a start.
        store.doubt(nupkg.sha512());
        var needs = Deployment.nearest(nupkg.pin(), Deployment.target("web-1", "eu"));

        deployment.start(2, false, needs);
        String reason = deployment.event(2, PackageStoreFailed.class).reason();
        AcquisitionEnded ended = deployment.ended(2);
        int again = Http.pushed(nupkg.bytes());
        deployment.start(3, false, needs);

        assertThat(reason)
                .contains("was damaged, and no cache holds it; push the same package again");
        assertThat(ended.outcome()).isEqualTo(RunOutcome.FAILED);
        assertThat(ended.missing()).hasSize(1);
        assertThat(again).isEqualTo(201);
        assertThat(deployment.event(3, PackageReplicated.class).bytes())
                .isEqualTo(nupkg.bytes().length);
    }

    @Test
    void a_package_of_a_feed_that_is_gone_fails_by_its_name() throws Exception {
        var nupkg = Packages.fresh();
        deployment.start(
                2,
                false,
                Deployment.need(
                        new FeedId("nuget-org"),
                        nupkg.pin(),
                        AcquisitionLocation.EXECUTION_TARGET,
                        Deployment.target("web-1", "eu")));

        assertThat(deployment.ended(2).reason().orElseThrow())
                .contains("there is no feed \"nuget-org\" any more");
    }

    @Test
    void a_package_that_the_store_has_lost_is_fetched_from_its_feed_again() throws Exception {
        var nupkg = Packages.fresh();
        Path share = Files.createTempDirectory("share");
        Files.write(
                share.resolve("%s.%s.nupkg".formatted(nupkg.id(), nupkg.version())), nupkg.bytes());
        assertThat(
                        Http.put(
                                        "/api/v1/feeds/share-of-acquisition",
                                        "{\"kind\":\"FOLDER\",\"url\":\"%s\"}".formatted(share))
                                .statusCode())
                .isEqualTo(201);
        var need =
                Deployment.need(
                        new FeedId("share-of-acquisition"),
                        nupkg.pin(),
                        AcquisitionLocation.EXECUTION_TARGET,
                        Deployment.target("web-1", "eu"));
        deployment.start(2, false, need);

        assertThat(deployment.event(2, PackageReplicated.class).bytes())
                .isEqualTo(nupkg.bytes().length);
        assertThat(blobs.has(nupkg.sha512())).isTrue();
    }
}
