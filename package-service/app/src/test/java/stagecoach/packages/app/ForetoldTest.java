package stagecoach.packages.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import jakarta.inject.Inject;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import stagecoach.contracts.acquisition.AcquisitionEvent;
import stagecoach.contracts.acquisition.AcquisitionEvent.PackageReplicated;
import stagecoach.contracts.acquisition.AcquisitionEvent.TargetAcquired;
import stagecoach.contracts.acquisition.ServedBy;
import stagecoach.contracts.acquisition.Source;
import stagecoach.contracts.agent.AcquisitionResult;
import stagecoach.contracts.agent.AgentCommand.AcquirePackage;
import stagecoach.contracts.agent.AgentReport.MachineTidied;
import stagecoach.contracts.agent.AgentReport.PackagesBegun;
import stagecoach.contracts.agent.BegunPackage;
import stagecoach.contracts.agent.Removal;
import stagecoach.contracts.agent.Removal.RemovedPackage;
import stagecoach.contracts.channel.Channels;
import stagecoach.contracts.internal.ForeseeAcquisition;
import stagecoach.contracts.internal.ForeseeAcquisition.Link;
import stagecoach.contracts.internal.MintGrants;
import stagecoach.contracts.run.PackageNeed;
import stagecoach.contracts.run.RunOutcome;
import stagecoach.decider.StreamId;
import stagecoach.runtime.access.ServiceToken;
import stagecoach.runtime.aggregate.EventAttributes;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.test.StagecoachResource;
import stagecoach.runtime.test.TestEvents;
import stagecoach.trust.Identity;
import stagecoach.vocabulary.identity.CacheId;
import stagecoach.wire.StagecoachJson;

/** A deployment right behind a preview moves over each link the bytes that were foretold. */
@PackageServiceTest
class ForetoldTest {
    private static final ServedBy SERVER = new ServedBy(ServedBy.Kind.SERVER, Optional.empty());
    private static final int BYTES = 1_000_000;

    private static final CacheProcess CACHE =
            CacheProcess.start(
                    "near-1",
                    ConfigProvider.getConfig().getValue("test.grant-public-key", String.class));

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(CACHE::close));
    }

    @Inject ServiceToken tokens;
    @Inject UnitOfWork unitOfWork;

    private final stagecoach.packages.app.Link line = new stagecoach.packages.app.Link(Http::port);
    private final Deployment deployment = new Deployment();

    /** What each of the tentacles has of a package before it is told to get it. */
    private long leftAtTargets;

    @AfterEach
    void end() throws Exception {
        deployment.close();
        line.close();
    }

    @Test
    void a_region_without_a_cache_reads_from_its_neighbour_and_waits_for_it_as_was_foretold()
            throws Exception {
        Configured.region("near", true, 1);
        Configured.region("bare", true, 1);
        Configured.cache("near-1", "near", CACHE, line);
        var held = pushed();
        var fresh = pushed();
        deployment.start(2, false, Deployment.nearest(held.pin(), Deployment.target("n1", "near")));
        playTentacles(2, 1);
        long before = line.bytes();

        PackageNeed[] needs = {
            Deployment.nearest(
                    held.pin(),
                    Deployment.target("n2", "near"),
                    Deployment.target("b1", "bare"),
                    Deployment.target("b2", "bare")),
            Deployment.nearest(
                    fresh.pin(),
                    Deployment.target("n1", "near"),
                    Deployment.target("b1", "bare"),
                    Deployment.target("b2", "bare"),
                    Deployment.target("b3", "bare"))
        };
        ForeseeAcquisition.Response foreseen = foresight(needs);
        deployment.start(3, false, needs);
        playTentacles(3, 7);

        long size = held.bytes().length;
        assertThat(foretold(foreseen))
                .isEqualTo(moved(3))
                .containsEntry("near to bare", 2 * size + 3L * fresh.bytes().length)
                .containsEntry("server to near", (long) fresh.bytes().length)
                .doesNotContainKey("server to bare");
        assertThat(foreseen.targets().getFirst().path()).containsExactly("CACHE:near-1", "SERVER");
        assertThat(line.bytes() - before)
                .as("only what is new crosses into the region")
                .isBetween((long) fresh.bytes().length, fresh.bytes().length + 2000L);
    }

    @Test
    void what_a_cache_that_was_killed_has_left_is_foretold_to_be_resumed() throws Exception {
        Configured.region("near", true, 1);
        Configured.cache("near-1", "near", CACHE, line);
        var nupkg = pushed(4 * BYTES);
        PackageNeed need = Deployment.nearest(nupkg.pin(), Deployment.target("n1", "near"));
        line.narrow(BYTES);
        try (var cutOff = new Deployment()) {
            cutOff.start(2, false, need);
            await().atMost(StagecoachResource.PATIENCE)
                    .until(() -> CACHE.partialBytes(nupkg.sha512()) > BYTES / 2);
            cutOff.cancel();
            CACHE.kill();
            cutOff.ended(2);
        }
        long size = nupkg.bytes().length;
        assertThat(foresightAtOnce(need).caches())
                .as("of one that is away nobody knows what it has")
                .singleElement()
                .returns(size, ForeseeAcquisition.ToCache::bytes)
                .returns(Optional.of(true), ForeseeAcquisition.ToCache::unheard);
        line.open();
        CACHE.start();
        long left = CACHE.partialBytes(nupkg.sha512());
        long before = line.bytes();

        ForeseeAcquisition.Response foreseen = foresight(need);
        deployment.start(2, false, need);
        playTentacles(2, 1);

        assertThat(foreseen.caches())
                .singleElement()
                .returns(false, ForeseeAcquisition.ToCache::held)
                .returns(size - left, ForeseeAcquisition.ToCache::bytes)
                .returns(Optional.of(left), ForeseeAcquisition.ToCache::begun);
        assertThat(foretold(foreseen)).isEqualTo(moved(2));
        assertThat(line.bytes() - before).isBetween(size - left, size - left + 2000L);
    }

    @Test
    void a_copy_that_is_doubted_is_foretold_and_moves_nothing_if_it_is_intact() throws Exception {
        Configured.region("near", true, 1);
        Configured.cache("near-1", "near", CACHE, line);
        var nupkg = pushed();
        PackageNeed need = Deployment.nearest(nupkg.pin(), Deployment.target("n1", "near"));
        deployment.start(2, false, need);
        playTentacles(2, 1);
        OnVirtualThread.call(
                () ->
                        unitOfWork.run(
                                tx -> {
                                    tx.execute(
                                            "DELETE FROM replicated WHERE sha512 = ?1",
                                            nupkg.sha512().value());
                                    return tx.execute(
                                            "INSERT INTO suspect (cache, sha512) VALUES ('near-1', ?1)",
                                            nupkg.sha512().value());
                                }));

        ForeseeAcquisition.Response foreseen =
                foresight(Deployment.nearest(nupkg.pin(), Deployment.target("n2", "near")));

        assertThat(foreseen.caches())
                .singleElement()
                .returns((long) nupkg.bytes().length, ForeseeAcquisition.ToCache::bytes)
                .returns(Optional.of(true), ForeseeAcquisition.ToCache::doubted);
        deployment.start(
                3, false, Deployment.nearest(nupkg.pin(), Deployment.target("n2", "near")));
        assertThat(deployment.event(3, PackageReplicated.class).bytes()).isZero();
        playTentacles(3, 1);
    }

    @Test
    void what_a_cache_holds_although_nobody_knows_it_is_foretold_to_be_there() throws Exception {
        Configured.region("near", true, 1);
        Configured.cache("near-1", "near", CACHE, line);
        var nupkg = pushed();
        PackageNeed need = Deployment.nearest(nupkg.pin(), Deployment.target("n1", "near"));
        deployment.start(2, false, need);
        playTentacles(2, 1);
        OnVirtualThread.call(
                () ->
                        unitOfWork.run(
                                tx ->
                                        tx.execute(
                                                "DELETE FROM replicated WHERE sha512 = ?1",
                                                nupkg.sha512().value())));
        need = Deployment.nearest(nupkg.pin(), Deployment.target("n2", "near"));

        ForeseeAcquisition.Response foreseen = foresight(need);
        deployment.start(3, false, need);
        playTentacles(3, 1);

        assertThat(foretold(foreseen))
                .isEqualTo(moved(3))
                .doesNotContainKey("server to near")
                .containsEntry("near to near", (long) nupkg.bytes().length);
    }

    @Test
    void what_a_far_cache_holds_is_foretold_of_many_packages_at_once() throws Exception {
        Configured.region("near", true, 1);
        int port = URI.create(CACHE.url()).getPort();
        try (var ocean = new stagecoach.packages.app.Link(() -> port)) {
            var made =
                    Http.put(
                            "/api/v1/caches/near-1",
                            Configured.body(
                                            "near",
                                            CACHE.url(),
                                            line.url(),
                                            CACHE.thumbprint().value())
                                    .replaceFirst(
                                            "\\{",
                                            "{\"pushUrl\":\"%s\","
                                                    .formatted(
                                                            ocean.url()
                                                                    .replace("http:", "https:"))));
            assertThat(made.statusCode()).as(made.body()).isIn(200, 201);
            List<PackageNeed> needs = new ArrayList<>();
            for (int count = 0; count < 10; count++) {
                needs.add(Deployment.nearest(pushed(1_000).pin(), Deployment.target("n1", "near")));
            }
            PackageNeed[] all = needs.toArray(PackageNeed[]::new);
            deployment.start(2, false, all);
            playTentacles(2, all.length);
            OnVirtualThread.call(
                    () ->
                            unitOfWork.run(
                                    tx ->
                                            tx.execute(
                                                    "DELETE FROM replicated WHERE cache = 'near-1'")));

            ocean.far(Duration.ofMillis(120));
            ForeseeAcquisition.Response foreseen = foresight(all);

            assertThat(foretold(foreseen)).doesNotContainKey("server to near");
        }
    }

    @Test
    void what_a_machine_has_of_an_interrupted_fetch_is_foretold_to_be_resumed_until_it_has_all()
            throws Exception {
        Configured.region("near", true, 1);
        Configured.cache("near-1", "near", CACHE, line);
        var nupkg = pushed();
        var target = Deployment.target("n9", "near");
        PackageNeed need = Deployment.nearest(nupkg.pin(), target);
        long left = BYTES / 4;
        var report =
                new PackagesBegun(target.agent(), List.of(new BegunPackage(nupkg.sha512(), left)));
        TestEvents.publish(
                Channels.AGENTS,
                StreamId.of("agent", target.agent()),
                1,
                report,
                EventAttributes.none());
        await().atMost(StagecoachResource.PATIENCE)
                .until(() -> foresight(need).targets().getFirst().begun().isPresent());

        ForeseeAcquisition.Response foreseen = foresight(need);
        leftAtTargets = left;
        deployment.start(2, false, need);
        playTentacles(2, 1);

        assertThat(foreseen.targets())
                .singleElement()
                .returns(Optional.of(left), ForeseeAcquisition.ToTarget::begun);
        assertThat(foretold(foreseen))
                .isEqualTo(moved(2))
                .containsEntry("near to near", nupkg.bytes().length - left);
        assertThat(foresight(need).targets())
                .singleElement()
                .returns(true, ForeseeAcquisition.ToTarget::held)
                .returns(Optional.empty(), ForeseeAcquisition.ToTarget::begun);
    }

    @Test
    void what_a_machine_says_that_it_has_removed_is_foretold_to_come_again_unless_it_is_back()
            throws Exception {
        Configured.region("near", true, 1);
        Configured.cache("near-1", "near", CACHE, line);
        var old = pushed();
        var back = pushed();
        var target = Deployment.target("n11", "near");
        PackageNeed oldNeed = Deployment.nearest(old.pin(), target);
        PackageNeed backNeed = Deployment.nearest(back.pin(), target);
        deployment.reportsAreLateBy(Duration.ofDays(1));
        deployment.start(2, false, oldNeed);
        playTentacles(2, 1);
        deployment.reportsAreLateBy(Duration.ZERO);
        deployment.start(3, false, backNeed);
        playTentacles(3, 1);
        assertThat(foresight(oldNeed, backNeed).targets())
                .allMatch(ForeseeAcquisition.ToTarget::held);

        TestEvents.publish(
                Channels.AGENTS,
                StreamId.of("agent", target.agent()),
                1,
                new MachineTidied(
                        target.agent(),
                        new Removal(
                                1,
                                Instant.now(),
                                deployment.id(),
                                Removal.Rule.DISK,
                                "another needs the room",
                                Stream.of(old, back)
                                        .map(
                                                nupkg ->
                                                        new RemovedPackage(
                                                                nupkg.sha512(),
                                                                Optional.of(nupkg.id()),
                                                                Optional.of(nupkg.version()),
                                                                nupkg.bytes().length,
                                                                Instant.EPOCH))
                                        .toList(),
                                List.of(),
                                2,
                                2L * BYTES)),
                EventAttributes.none());

        await().atMost(StagecoachResource.PATIENCE)
                .until(() -> !foresight(oldNeed).targets().getFirst().held());
        assertThat(foretold(foresight(oldNeed)))
                .containsEntry("near to near", (long) old.bytes().length);
        assertThat(foresight(backNeed).targets())
                .allMatch(ForeseeAcquisition.ToTarget::held, "it was got after the removal");
    }

    private static Map<String, Long> foretold(ForeseeAcquisition.Response foreseen) {
        Map<String, Long> foretold = new HashMap<>();
        for (Link link : foreseen.links()) {
            foretold.put(link.from() + " to " + link.to().orElseThrow(), link.bytes());
        }
        return foretold;
    }

    private static Packages.Nupkg pushed() throws Exception {
        return pushed(BYTES);
    }

    private static Packages.Nupkg pushed(int bytes) throws Exception {
        var nupkg = Packages.of(Packages.freshId(), "1.0.0", bytes);
        assertThat(Http.pushed(nupkg.bytes())).isEqualTo(201);
        return nupkg;
    }

    /** What is foretold when every cache has answered; on a busy computer one may not at once. */
    private ForeseeAcquisition.Response foresight(PackageNeed... needs) {
        return await().atMost(StagecoachResource.PATIENCE)
                .until(
                        () -> foresightAtOnce(needs),
                        foreseen ->
                                foreseen.caches().stream()
                                        .allMatch(cache -> cache.unheard().isEmpty()));
    }

    private ForeseeAcquisition.Response foresightAtOnce(PackageNeed... needs) throws Exception {
        return post(
                "/internal/foresights",
                new ForeseeAcquisition.Request(List.of(needs), false),
                ForeseeAcquisition.Response.class);
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

    /** Each tentacle reads from the first of its sources, a cache really, and says so. */
    private void playTentacles(int run, int count) throws Exception {
        var tentacle = Identity.loadOrCreate(Files.createTempDirectory("tentacle-"), "tentacle");
        for (var command : deployment.commands(run, count)) {
            var told = (AcquirePackage) command;
            ServedBy by = SERVER;
            if (told.sources().getFirst() instanceof Source.Cache cache) {
                by = new ServedBy(ServedBy.Kind.CACHE, Optional.of(cache.cache()));
                var grants =
                        post(
                                "/internal/grants",
                                new MintGrants.Request(
                                        told.pin().sha512(),
                                        tentacle.thumbprint().value(),
                                        List.of(cache.cache()),
                                        Optional.empty()),
                                MintGrants.Response.class);
                var read =
                        CACHE.read(
                                tentacle, told.pin().sha512(), grants.grants().getFirst().token());
                assertThat(read.body()).hasSize((int) told.pin().size());
            }
            deployment.report(
                    told,
                    new AcquisitionResult(
                            by, told.pin().size() - leftAtTargets, leftAtTargets, 1, List.of()));
        }
        assertThat(deployment.ended(run).outcome()).isEqualTo(RunOutcome.SUCCEEDED);
    }

    /** The bytes over each link, as the events tell them. */
    private Map<String, Long> moved(int run) {
        var moved = new HashMap<String, Long>();
        for (AcquisitionEvent event : deployment.events(run, _ -> true)) {
            if (event instanceof PackageReplicated replicated && replicated.bytes() > 0) {
                moved.merge(
                        "server to " + regionOf(replicated.cache()), replicated.bytes(), Long::sum);
            } else if (event instanceof TargetAcquired acquired) {
                String from =
                        acquired.servedBy().cache().map(ForetoldTest::regionOf).orElse("server");
                String to = acquired.target().value().startsWith("n") ? "near" : "bare";
                moved.merge(from + " to " + to, acquired.bytes(), Long::sum);
            }
        }
        return moved;
    }

    private static String regionOf(CacheId cache) {
        return cache.value().equals("near-1") ? "near" : "unknown";
    }
}
