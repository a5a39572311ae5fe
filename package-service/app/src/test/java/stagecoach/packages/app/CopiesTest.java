package stagecoach.packages.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import jakarta.inject.Inject;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import stagecoach.contracts.acquisition.AcquisitionEvent.PackageReplicated;
import stagecoach.contracts.acquisition.AcquisitionEvent.ReplicationFailed;
import stagecoach.contracts.acquisition.ServedBy;
import stagecoach.contracts.channel.Channels;
import stagecoach.contracts.configuration.ConfigurationDocument.CachesKept;
import stagecoach.contracts.packages.PackageEvent;
import stagecoach.contracts.packages.PackageEvent.PackageDamaged;
import stagecoach.contracts.packages.PackageEvent.PackageDropped;
import stagecoach.contracts.packages.PackageEvent.PackageLost;
import stagecoach.contracts.packages.PackageEvent.PackageRepaired;
import stagecoach.contracts.packages.PackageEvent.Why;
import stagecoach.decider.StreamId;
import stagecoach.packages.app.Packages.Nupkg;
import stagecoach.packages.app.catalog.CacheCatalog;
import stagecoach.packages.app.catalog.CacheRow;
import stagecoach.packages.app.copies.CopySweep;
import stagecoach.packages.app.transfer.Scrubber;
import stagecoach.packages.server.blob.folder.FolderBlobStore;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.test.StagecoachResource;
import stagecoach.runtime.test.TestEvents;
import stagecoach.runtime.test.TestKeys;
import stagecoach.vocabulary.identity.CacheId;

/** A cache as it is shipped holds copies: what it drops, and what the server gets back from it. */
@PackageServiceTest
class CopiesTest {
    private static final CacheId COPIES = new CacheId("copies-1");
    private static final ServedBy BY_CACHE = new ServedBy(ServedBy.Kind.CACHE, Optional.of(COPIES));
    private static final CachesKept ALL = new CachesKept(Optional.empty(), Optional.empty());
    private static final Optional<Boolean> KEEP = Optional.empty();
    private static final int SIZE = 300_000;

    private static CacheProcess cache;

    private final Link link = new Link(Http::port);
    private Deployment deployment;

    @Inject CopySweep sweep;
    @Inject Scrubber scrubber;
    @Inject CacheCatalog caches;
    @Inject UnitOfWork unitOfWork;
    @Inject FolderBlobStore blobs;

    @BeforeAll
    static void startCache() throws Exception {
        cache = CacheProcess.start("copies-1", PackageServiceResource.grantPublicKey());
    }

    @AfterAll
    static void stopCache() {
        cache.close();
    }

    @BeforeEach
    void prepare() throws Exception {
        deployment = new Deployment();
        Configured.region("copies", true, 1);
        Configured.cache("copies-1", "copies", cache, link);
    }

    @AfterEach
    void end() throws Exception {
        deployment.close();
        link.close();
    }

    private static Nupkg pushed() throws Exception {
        var nupkg = Packages.of(Packages.freshId(), "1.0.0", SIZE);
        assertThat(Http.pushed(nupkg.bytes())).isEqualTo(201);
        return nupkg;
    }

    /** In the cache, for a deployment that has not ended. */
    private Nupkg replicated() throws Exception {
        var nupkg = pushed();
        acquired(2, nupkg);
        return nupkg;
    }

    private long acquired(int run, Nupkg nupkg) {
        deployment.start(
                run, false, Deployment.nearest(nupkg.pin(), Deployment.target("web-1", "copies")));
        long bytes = deployment.event(run, PackageReplicated.class).bytes();
        deployment.acquireAll(run, 1, BY_CACHE);
        deployment.ended(run);
        return bytes;
    }

    private void sweepIn(Duration later, CachesKept kept) throws Exception {
        OnVirtualThread.call(
                () -> {
                    CacheRow row = unitOfWork.run(tx -> caches.find(tx, COPIES)).orElseThrow();
                    sweep.sweep(row, kept, Instant.now().plus(later));
                    return true;
                });
    }

    private void scrubAll() throws Exception {
        ScrubRound.run(unitOfWork, scrubber);
    }

    private static List<PackageEvent> events(Nupkg nupkg, int count) throws Exception {
        try (var events = TestEvents.consume(Channels.PACKAGES)) {
            return events
                    .until(
                            StreamId.of("package", nupkg.sha512().hex()),
                            seen -> seen.size() >= count)
                    .stream()
                    .map(event -> event.event(PackageEvent.class))
                    .toList();
        }
    }

    private static boolean offered(Nupkg nupkg) throws Exception {
        return Http.get(nupkg.flatPath()).statusCode() == 200;
    }

    private boolean inCache(Nupkg nupkg) {
        return Files.exists(cache.file(nupkg.sha512()));
    }

    private void ended() throws Exception {
        deployment.end();
        untilNothingIsLeased(deployment);
    }

    private void untilNothingIsLeased(Deployment of) throws Exception {
        await().atMost(StagecoachResource.PATIENCE)
                .until(
                        () ->
                                OnVirtualThread.call(
                                        () ->
                                                unitOfWork.run(
                                                        tx ->
                                                                tx.rows(
                                                                                "SELECT 1, 0 FROM lease WHERE holder = ?1",
                                                                                "deployment:"
                                                                                        + of.id())
                                                                        .isEmpty())));
    }

    private void damageCentral(Nupkg nupkg) throws Exception {
        byte[] flipped = nupkg.bytes().clone();
        flipped[flipped.length / 2] ^= 1;
        Files.write(blobs.file(nupkg.sha512()), flipped);
    }

    @Test
    void what_nobody_used_in_a_cache_is_dropped_there_and_pulled_again_when_it_is_needed()
            throws Exception {
        var nupkg = replicated();
        var month = new CachesKept(Optional.of(30), Optional.empty());

        sweepIn(Duration.ofDays(31), month);
        assertThat(inCache(nupkg)).as("a deployment needs it").isTrue();
        ended();
        sweepIn(Duration.ofDays(29), month);
        assertThat(inCache(nupkg)).as("it was just used").isTrue();
        sweepIn(Duration.ofDays(31), month);

        assertThat(inCache(nupkg)).isFalse();
        assertThat(events(nupkg, 1))
                .containsExactly(
                        new PackageDropped(
                                nupkg.pin(),
                                COPIES,
                                Why.RETENTION,
                                "nobody used it there for 30 days"));
        assertThat(offered(nupkg)).isTrue();
        try (var next = new Deployment()) {
            next.start(
                    2,
                    false,
                    Deployment.nearest(nupkg.pin(), Deployment.target("web-1", "copies")));
            assertThat(next.event(2, PackageReplicated.class).bytes())
                    .isEqualTo(nupkg.bytes().length);
        }
    }

    private Nupkg broughtVersion(int run, String id, String version) throws Exception {
        var nupkg = Packages.of(id, version, SIZE);
        assertThat(Http.pushed(nupkg.bytes())).isEqualTo(201);
        acquired(run, nupkg);
        return nupkg;
    }

    private void releasePins(Nupkg nupkg) throws Exception {
        changed(
                "INSERT INTO lease (holder, sha512) VALUES ('release:copies:1.0.0', '%s')"
                        .formatted(nupkg.sha512().value()));
    }

    @Test
    void older_versions_are_dropped_beyond_so_many_but_what_a_kept_release_has_pinned_stays()
            throws Exception {
        String id = Packages.freshId();
        var pinned = broughtVersion(2, id, "1.0.0");
        var old = broughtVersion(3, id, "1.9.0");
        var newer = broughtVersion(4, id, "1.10.0");
        var newest = broughtVersion(5, id, "2.0.0-beta");
        releasePins(pinned);
        ended();
        var two = new CachesKept(Optional.empty(), Optional.empty(), Optional.of(2), KEEP);

        sweepIn(Duration.ofMinutes(59), two);
        assertThat(inCache(old)).as("it was just used").isTrue();
        sweepIn(Duration.ofMinutes(61), two);

        assertThat(inCache(old)).isFalse();
        assertThat(events(old, 1))
                .containsExactly(
                        new PackageDropped(
                                old.pin(),
                                COPIES,
                                Why.RETENTION,
                                "it was not among the newest 2 versions there"));
        for (Nupkg stays : List.of(pinned, newer, newest)) {
            assertThat(inCache(stays)).as("%s", stays.version()).isTrue();
            assertThat(knownInCache(stays)).as("%s", stays.version()).isTrue();
        }
        sweepIn(
                Duration.ofMinutes(61),
                new CachesKept(
                        Optional.empty(), Optional.empty(), Optional.of(2), Optional.of(false)));
        assertThat(inCache(pinned)).as("a setting says that it may go").isFalse();
        assertThat(offered(pinned)).as("the server keeps it").isTrue();
    }

    /** A release that pins it between the look and the removal. */
    @Test
    void what_a_release_pins_while_it_is_being_dropped_stays() throws Exception {
        var nupkg = replicated();
        ended();
        changed(
                "UPDATE replicated SET dropping = 'RETENTION', reason = 'old' WHERE sha512 = '%s'"
                        .formatted(nupkg.sha512().value()));
        releasePins(nupkg);

        sweepIn(Duration.ofDays(31), ALL);

        assertThat(inCache(nupkg)).isTrue();
        assertThat(knownInCache(nupkg)).isTrue();
    }

    @Test
    void what_a_staged_or_a_waiting_deployment_needs_stays_also_behind_restarts_of_the_cache()
            throws Exception {
        String id = Packages.freshId();
        var staged = broughtVersion(2, id, "1.0.0");
        deployment.stage();
        try (var waiting = new Deployment();
                var over = new Deployment()) {
            var waitedFor = Packages.of(id, "1.1.0", SIZE);
            assertThat(Http.pushed(waitedFor.bytes())).isEqualTo(201);
            bring(waiting, waitedFor);
            var old = Packages.of(id, "1.2.0", SIZE);
            assertThat(Http.pushed(old.bytes())).isEqualTo(201);
            bring(over, old);
            var newest = Packages.of(id, "1.3.0", SIZE);
            assertThat(Http.pushed(newest.bytes())).isEqualTo(201);
            bring(over, 3, newest);
            over.end();
            untilNothingIsLeased(over);
            var strict =
                    new CachesKept(
                            Optional.of(1), Optional.empty(), Optional.of(1), Optional.of(false));

            cache.kill();
            cache.start();
            sweepIn(Duration.ofDays(40), strict);

            assertThat(inCache(old)).as("nobody needs it").isFalse();
            assertThat(inCache(staged)).isTrue();
            assertThat(inCache(waitedFor)).isTrue();
            assertThat(knownInCache(staged)).isTrue();
            deployment.proceed();
            deployment.end();
            untilNothingIsLeased(deployment);
            cache.kill();
            cache.start();
            sweepIn(Duration.ofDays(40), strict);
            assertThat(inCache(staged)).as("it has ended").isFalse();
            assertThat(inCache(waitedFor)).isTrue();
            waiting.end();
        }
    }

    private static void bring(Deployment one, Nupkg nupkg) {
        bring(one, 2, nupkg);
    }

    private static void bring(Deployment one, int run, Nupkg nupkg) {
        one.start(
                run, false, Deployment.nearest(nupkg.pin(), Deployment.target("web-1", "copies")));
        one.event(run, PackageReplicated.class);
        one.acquireAll(run, 1, BY_CACHE);
        one.ended(run);
    }

    @Test
    void what_the_server_removed_is_dropped_from_caches_whatever_is_set() throws Exception {
        var nupkg = replicated();
        ended();
        var removed =
                Http.send(
                        Http.request(
                                        "/api/v1/feeds/built-in/packages/%s/versions/%s"
                                                .formatted(nupkg.id(), nupkg.version()),
                                        TestKeys.CONFIGURE)
                                .DELETE());
        assertThat(removed.statusCode()).isEqualTo(204);

        sweepIn(Duration.ofDays(1), ALL);

        assertThat(inCache(nupkg)).isFalse();
        assertThat(events(nupkg, 2).getLast())
                .isEqualTo(
                        new PackageDropped(
                                nupkg.pin(),
                                COPIES,
                                Why.GONE,
                                "the server does not keep it any more"));
    }

    @Test
    void a_drop_that_was_cut_off_by_a_kill_is_done_again() throws Exception {
        var behindTheMark = replicated();
        var behindTheCache = pushed();
        acquired(3, behindTheCache);
        ended();
        OnVirtualThread.call(
                () ->
                        unitOfWork.run(
                                tx ->
                                        tx.execute(
                                                "UPDATE replicated SET dropping = 'DISK', reason = 'no room', used_at = now() - interval '1 day' WHERE sha512 = ANY(?1)",
                                                (Object)
                                                        new String[] {
                                                            behindTheMark.sha512().value(),
                                                            behindTheCache.sha512().value()
                                                        })));
        Files.delete(cache.file(behindTheCache.sha512()));

        sweepIn(Duration.ZERO, ALL);

        for (Nupkg nupkg : List.of(behindTheMark, behindTheCache)) {
            assertThat(inCache(nupkg)).isFalse();
            assertThat(events(nupkg, 1))
                    .containsExactly(new PackageDropped(nupkg.pin(), COPIES, Why.DISK, "no room"));
        }
    }

    @Test
    void a_flipped_bit_at_the_server_is_mended_from_a_cache() throws Exception {
        var nupkg = replicated();
        damageCentral(nupkg);

        scrubAll();

        assertThat(Files.readAllBytes(blobs.file(nupkg.sha512()))).isEqualTo(nupkg.bytes());
        assertThat(offered(nupkg)).isTrue();
        assertThat(events(nupkg, 2))
                .containsExactly(
                        new PackageDamaged(nupkg.pin(), "the server"),
                        new PackageRepaired(nupkg.pin(), "cache copies-1"));
    }

    @Test
    void a_deployment_finds_the_damage_and_goes_on_with_what_the_cache_gave_back()
            throws Exception {
        var nupkg = replicated();
        damageCentral(nupkg);
        deployment.start(
                3, true, Deployment.nearest(nupkg.pin(), Deployment.target("web-1", "copies")));

        assertThat(deployment.event(3, PackageReplicated.class).bytes())
                .isEqualTo(nupkg.bytes().length);
        assertThat(Files.readAllBytes(blobs.file(nupkg.sha512()))).isEqualTo(nupkg.bytes());
    }

    @Test
    void what_nobody_has_is_said_and_not_offered_until_it_is_pushed_again() throws Exception {
        var nupkg = pushed();
        damageCentral(nupkg);

        scrubAll();
        scrubAll();

        assertThat(offered(nupkg)).isFalse();
        assertThat(
                        Http.get(
                                        "/nuget/v3/flatcontainer/%s/index.json"
                                                .formatted(nupkg.id().lower()))
                                .statusCode())
                .isEqualTo(404);
        var told = events(nupkg, 2);
        assertThat(told).hasSize(2);
        assertThat(told.getFirst()).isEqualTo(new PackageDamaged(nupkg.pin(), "the server"));
        assertThat(told.getLast())
                .isInstanceOfSatisfying(
                        PackageLost.class,
                        lost ->
                                assertThat(lost.reason())
                                        .isEqualTo(
                                                "the server's copy of %s 1.0.0 was damaged, and no cache holds it; push the same package again"
                                                        .formatted(nupkg.id())));
        assertThat(Http.pushed(nupkg.bytes())).isEqualTo(201);
        assertThat(offered(nupkg)).isTrue();
        assertThat(Http.pushed(nupkg.bytes())).isEqualTo(409);
    }

    @Test
    void what_is_lost_comes_back_when_a_cache_that_has_it_does() throws Exception {
        var nupkg = replicated();
        cache.kill();
        damageCentral(nupkg);

        scrubAll();
        assertThat(offered(nupkg)).isFalse();
        cache.start();
        scrubAll();

        assertThat(offered(nupkg)).isTrue();
        assertThat(Files.readAllBytes(blobs.file(nupkg.sha512()))).isEqualTo(nupkg.bytes());
    }

    @Test
    void a_cache_that_is_merely_away_is_still_known_to_hold_what_it_held() throws Exception {
        var nupkg = replicated();
        cache.kill();

        deployment.start(
                3, false, Deployment.nearest(nupkg.pin(), Deployment.target("web-1", "copies")));

        assertThat(deployment.event(3, ReplicationFailed.class).reason())
                .contains("cannot be reached");
        assertThat(knownInCache(nupkg)).isTrue();
        deployment.cancel();
        cache.start();
    }

    private boolean knownInCache(Nupkg nupkg) throws Exception {
        return OnVirtualThread.call(
                () ->
                        !unitOfWork
                                .run(
                                        tx ->
                                                tx.rows(
                                                        "SELECT 1, 0 FROM replicated WHERE cache = 'copies-1' AND sha512 = ?1",
                                                        nupkg.sha512().value()))
                                .isEmpty());
    }

    /** Guards: a pod of before the names was refused its rows during an update. */
    @Test
    void what_an_older_pod_has_written_gets_its_name_at_the_next_look() throws Exception {
        var nupkg = replicated();
        var unknown = Packages.of(Packages.freshId(), "1.0.0", 10);
        ended();
        OnVirtualThread.call(
                () ->
                        unitOfWork.run(
                                tx -> {
                                    tx.execute(
                                            "DELETE FROM replicated WHERE sha512 = ?1",
                                            nupkg.sha512().value());
                                    for (Nupkg each : List.of(nupkg, unknown)) {
                                        tx.execute(
                                                "INSERT INTO replicated (cache, sha512) VALUES ('copies-1', ?1)",
                                                each.sha512().value());
                                    }
                                    return tx.execute(
                                            "INSERT INTO cache (id, name, region, url, push_url, pull_url, thumbprint, priority) VALUES ('older-pod', 'o', 'copies', 'https://o', 'https://o', 'http://p', '', 1)");
                                }));

        sweepIn(Duration.ofDays(31), new CachesKept(Optional.of(30), Optional.empty()));

        assertThat(events(nupkg, 1).getFirst())
                .isInstanceOfSatisfying(
                        PackageDropped.class,
                        dropped -> assertThat(dropped.pin()).isEqualTo(nupkg.pin()));
        assertThat(knownInCache(unknown)).isFalse();
        assertThat(Http.get("/api/v1/caches/older-pod").body()).contains("\"kind\":\"STAGECOACH\"");
        OnVirtualThread.call(
                () -> unitOfWork.run(tx -> tx.execute("DELETE FROM cache WHERE id = 'older-pod'")));
    }

    @Test
    void all_that_is_lost_is_looked_for_however_much_it_is() throws Exception {
        var nupkg = replicated();
        cache.kill();
        damageCentral(nupkg);
        scrubAll();
        cache.start();
        changed(
                """
                INSERT INTO package (id_key, version_key, id, version, sha512, size, published, listed,
                    authors, description, lost_at)
                SELECT 'lost.' || n, '1.0.0', 'Lost.' || n, '1.0.0', lpad(n::text, 128, '0'), 9, now(), true,
                    '', '', now()
                FROM generate_series(1, 205) n""");

        OnVirtualThread.call(
                () -> {
                    scrubber.retryLost();
                    return true;
                });

        assertThat(offered(nupkg)).isTrue();
        changed("DELETE FROM package WHERE id_key LIKE 'lost.%'");
    }

    private void changed(String sql) throws Exception {
        OnVirtualThread.call(() -> unitOfWork.run(tx -> tx.execute(sql)));
    }

    /** Guards: the last copy there is went by its age before the server came to ask for it. */
    @Test
    void what_the_server_has_lost_is_dropped_nowhere() throws Exception {
        var nupkg = replicated();
        ended();
        cache.kill();
        damageCentral(nupkg);
        scrubAll();
        assertThat(offered(nupkg)).isFalse();
        cache.start();

        sweepIn(Duration.ofDays(31), new CachesKept(Optional.of(30), Optional.empty()));

        assertThat(inCache(nupkg)).isTrue();
        scrubAll();
        assertThat(offered(nupkg)).isTrue();
    }

    @Test
    void damage_in_a_cache_never_comes_to_the_server() throws Exception {
        var nupkg = replicated();
        byte[] flipped = nupkg.bytes().clone();
        flipped[7] ^= 1;
        Files.write(cache.file(nupkg.sha512()), flipped);
        damageCentral(nupkg);

        scrubAll();

        assertThat(offered(nupkg)).isFalse();
        assertThat(blobs.has(nupkg.sha512())).isFalse();
        assertThat(events(nupkg, 2).getLast())
                .isInstanceOfSatisfying(
                        PackageLost.class,
                        lost ->
                                assertThat(lost.reason())
                                        .contains("cache copies-1 has other bytes, too"));
    }
}
