package stagecoach.packages.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import jakarta.inject.Inject;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import stagecoach.contracts.acquisition.ServedBy;
import stagecoach.contracts.channel.Channels;
import stagecoach.contracts.configuration.ConfigurationDocument.PackagesKept;
import stagecoach.contracts.configuration.ConfigurationEvent.ReleaseCreated;
import stagecoach.contracts.configuration.ConfigurationEvent.ReleaseRetired;
import stagecoach.contracts.internal.PinPackages;
import stagecoach.contracts.packages.PackageEvent;
import stagecoach.contracts.packages.PackageEvent.PackageRemoved;
import stagecoach.contracts.packages.PackageEvent.Why;
import stagecoach.decider.StreamId;
import stagecoach.packages.app.Packages.Nupkg;
import stagecoach.packages.app.keeping.Leases;
import stagecoach.packages.app.keeping.PackageSweep;
import stagecoach.packages.app.keeping.Removals;
import stagecoach.packages.server.blob.DiskRoom;
import stagecoach.packages.server.blob.folder.FolderBlobStore;
import stagecoach.runtime.access.ServiceToken;
import stagecoach.runtime.aggregate.EventAttributes;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.test.StagecoachResource;
import stagecoach.runtime.test.TestEvents;
import stagecoach.runtime.test.TestKeys;
import stagecoach.vocabulary.identity.Digest;
import stagecoach.vocabulary.identity.FeedId;
import stagecoach.vocabulary.identity.ProjectId;
import stagecoach.vocabulary.identity.ReleaseVersion;
import stagecoach.vocabulary.packages.VersionRange;
import stagecoach.wire.StagecoachJson;

/** What the database decides holds for any number of pods: here each thread is one. */
@PackageServiceTest
class KeepingTest {
    private static final DiskRoom EMPTY_DISK = new DiskRoom(100, 100);
    private static final PackagesKept NEWEST_ONLY =
            new PackagesKept(Optional.of(1), Optional.empty(), Optional.empty());

    @Inject PackageSweep sweep;
    @Inject Leases leases;
    @Inject Removals removals;
    @Inject UnitOfWork unitOfWork;
    @Inject FolderBlobStore blobs;
    @Inject ServiceToken tokens;

    private static Nupkg pushed(String id, String version) throws Exception {
        var nupkg = Packages.of(id, version, 500);
        assertThat(Http.pushed(nupkg.bytes())).isEqualTo(201);
        return nupkg;
    }

    /** As if two days had gone by. */
    private void sweepLater(PackagesKept kept, DiskRoom room) throws Exception {
        OnVirtualThread.call(
                () -> {
                    sweep.sweep(kept, room, Instant.now().plus(Duration.ofDays(2)));
                    return true;
                });
    }

    private static HttpResponse<String> delete(Nupkg nupkg) throws Exception {
        return Http.send(
                Http.request(
                                "/api/v1/feeds/built-in/packages/%s/versions/%s"
                                        .formatted(nupkg.id(), nupkg.version()),
                                TestKeys.CONFIGURE)
                        .DELETE());
    }

    private static boolean offered(Nupkg nupkg) throws Exception {
        return Http.get(nupkg.flatPath()).statusCode() == 200;
    }

    private PinPackages.Response pin(String holder, Nupkg... nupkgs) throws Exception {
        var wanted =
                Stream.of(nupkgs)
                        .map(
                                nupkg ->
                                        new PinPackages.Wanted(
                                                FeedId.BUILT_IN,
                                                nupkg.id(),
                                                Optional.of(VersionRange.exactly(nupkg.version()))))
                        .toList();
        var request = new PinPackages.Request(holder, wanted);
        var response =
                Http.send(
                        Http.request("/internal/pins")
                                .header("Authorization", "Bearer " + tokens.issue())
                                .header("Content-Type", "application/json")
                                .POST(BodyPublishers.ofByteArray(StagecoachJson.bytes(request))));
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return StagecoachJson.read(response.body(), PinPackages.Response.class);
    }

    @Test
    void old_versions_go_with_their_bytes_and_an_event_says_why() throws Exception {
        String id = Packages.freshId();
        var old = pushed(id, "1.0.0");
        var newest = pushed(id, "2.0.0");
        try (var events = TestEvents.consume(Channels.PACKAGES)) {
            sweepLater(NEWEST_ONLY, EMPTY_DISK);

            PackageEvent told =
                    events.until(
                                    StreamId.of("package", old.sha512().hex()),
                                    seen -> !seen.isEmpty())
                            .getFirst()
                            .event(PackageEvent.class);
            assertThat(told)
                    .isEqualTo(
                            new PackageRemoved(
                                    old.pin(),
                                    Optional.empty(),
                                    Why.RETENTION,
                                    "it was not among the newest 1 versions"));
        }
        assertThat(offered(old)).isFalse();
        assertThat(offered(newest)).isTrue();
        assertThat(blobs.has(old.sha512())).isFalse();
        assertThat(blobs.has(newest.sha512())).isTrue();
        assertThat(Http.pushed(old.bytes())).isEqualTo(201);
        assertThat(offered(old)).isTrue();
    }

    @Test
    void what_a_release_had_leased_is_free_when_it_is_kept_no_longer() throws Exception {
        String id = Packages.freshId();
        var old = pushed(id, "1.0.0");
        pushed(id, "2.0.0");
        var project = new ProjectId(id.toLowerCase(Locale.ROOT).replace('.', '-'));
        var version = new ReleaseVersion("7.0.0");
        pin("release:%s:7.0.0".formatted(project), old);
        pin("release:%s:7.0.1".formatted(project), old);
        var stream = StreamId.of("release", project + ":7.0.0");
        TestEvents.publish(
                Channels.CONFIGURATION,
                stream,
                1,
                new ReleaseCreated(project, version, new Digest("ab".repeat(32)), List.of()),
                EventAttributes.of(project));
        TestEvents.publish(
                Channels.CONFIGURATION,
                stream,
                2,
                new ReleaseRetired(project, version, "it was not among the last 3 of any phase"),
                EventAttributes.of(project));
        await().atMost(StagecoachResource.PATIENCE)
                .untilAsserted(
                        () ->
                                assertThat(delete(old).body())
                                        .contains("7.0.1")
                                        .doesNotContain("7.0.0 of"));
        sweepLater(NEWEST_ONLY, EMPTY_DISK);
        assertThat(offered(old)).isTrue();
    }

    @Test
    void what_a_release_needs_is_removed_by_no_sweep_and_by_no_person() throws Exception {
        String id = Packages.freshId();
        var old = pushed(id, "1.0.0");
        pushed(id, "2.0.0");
        pin("release:shop:7.0.0", old);

        sweepLater(NEWEST_ONLY, EMPTY_DISK);
        sweepLater(
                new PackagesKept(Optional.empty(), Optional.empty(), Optional.of(90)),
                new DiskRoom(0, 100));
        var refused = delete(old);

        assertThat(offered(old)).isTrue();
        assertThat(refused.statusCode()).isEqualTo(409);
        assertThat(refused.body()).contains("is needed by release 7.0.0 of shop");
    }

    @Test
    void a_deployment_needs_its_packages_until_it_has_ended() throws Exception {
        String id = Packages.freshId();
        var old = pushed(id, "1.0.0");
        pushed(id, "2.0.0");
        try (var deployment = new Deployment()) {
            deployment.start(
                    2, false, Deployment.fromServer(old.pin(), Deployment.target("web-1", "eu")));
            deployment.commands(2, 1);

            var refused = delete(old);
            sweepLater(NEWEST_ONLY, EMPTY_DISK);
            assertThat(refused.statusCode()).isEqualTo(409);
            assertThat(refused.body()).contains("deployment " + deployment.id());
            assertThat(offered(old)).isTrue();

            deployment.end();
            await().atMost(StagecoachResource.PATIENCE)
                    .until(() -> delete(old).statusCode() == 204);
        }
        assertThat(offered(old)).isFalse();
        assertThat(delete(old).statusCode()).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void a_staged_deployment_keeps_its_packages_until_it_has_gone_on_or_was_cancelled(
            boolean cancelled) throws Exception {
        String id = Packages.freshId();
        var old = pushed(id, "1.0.0");
        pushed(id, "2.0.0");
        try (var deployment = new Deployment()) {
            deployment.start(
                    2, false, Deployment.fromServer(old.pin(), Deployment.target("web-1", "eu")));
            deployment.acquireAll(2, 1, new ServedBy(ServedBy.Kind.SERVER, Optional.empty()));
            deployment.ended(2);
            deployment.stage();
            awaitHandled(deployment);
            sweepLater(NEWEST_ONLY, EMPTY_DISK);
            assertNeeded(old, deployment);

            if (cancelled) {
                deployment.cancel();
            } else {
                deployment.proceed();
            }
            awaitHandled(deployment);
            assertNeeded(old, deployment);

            deployment.end();
            await().atMost(StagecoachResource.PATIENCE)
                    .until(() -> delete(old).statusCode() == 204);
        }
    }

    private static void assertNeeded(Nupkg nupkg, Deployment by) throws Exception {
        var refused = delete(nupkg);
        assertThat(refused.statusCode()).isEqualTo(409);
        assertThat(refused.body()).contains("deployment " + by.id());
        assertThat(offered(nupkg)).isTrue();
    }

    private void awaitHandled(Deployment deployment) {
        await().atMost(StagecoachResource.PATIENCE)
                .until(
                        () ->
                                OnVirtualThread.call(
                                        () ->
                                                !unitOfWork
                                                        .run(
                                                                tx ->
                                                                        tx.rows(
                                                                                "SELECT 1, 0 FROM inbox WHERE handler = 'packages-deployments' AND stream = ?1 AND version = ?2",
                                                                                "deployment-"
                                                                                        + deployment
                                                                                                .id(),
                                                                                deployment
                                                                                        .version()))
                                                        .isEmpty()));
    }

    @Test
    void room_is_made_only_as_far_as_it_is_missing() throws Exception {
        String id = Packages.freshId();
        var newest = pushed(id, "2.0.0");
        var old = pushed(id, "1.0.0");
        var guard = new PackagesKept(Optional.empty(), Optional.empty(), Optional.of(10));

        sweepLater(guard, new DiskRoom(10, 100));
        assertThat(offered(old)).isTrue();
        sweepLater(guard, new DiskRoom(0, 1L << 40));
        assertThat(offered(old)).isFalse();
        assertThat(offered(newest)).isTrue();
    }

    @Test
    void a_pin_that_fails_at_the_last_moment_leases_nothing() throws Exception {
        var going = pushed(Packages.freshId(), "1.0.0");
        var staying = pushed(Packages.freshId(), "1.0.0");
        try (var others = Executors.newVirtualThreadPerTaskExecutor()) {
            // As another pod removes one of them while it is being pinned.
            var asked =
                    OnVirtualThread.call(
                            () ->
                                    unitOfWork.run(
                                            tx -> {
                                                tx.execute(
                                                        "DELETE FROM package WHERE sha512 = ?1",
                                                        going.sha512().value());
                                                var pinning =
                                                        others.submit(
                                                                () ->
                                                                        pin(
                                                                                "release:late:1.0.0",
                                                                                going,
                                                                                staying));
                                                await().pollInSameThread()
                                                        .atMost(Duration.ofSeconds(25))
                                                        .until(() -> waitingForUs(tx) > 0);
                                                return pinning;
                                            }));
            assertThat(asked.get().answers().getFirst().problem()).isPresent();
        }
        assertThat(delete(staying).statusCode()).isEqualTo(204);
    }

    private static long waitingForUs(Tx tx) {
        return ((Number)
                        Objects.requireNonNull(
                                tx.rows(
                                                "SELECT count(*) FROM pg_locks w JOIN pg_locks h USING (transactionid) WHERE NOT w.granted AND h.granted AND h.pid = pg_backend_pid()")
                                        .getFirst()[0]))
                .longValue();
    }

    @Test
    void whatever_pods_push_pin_delete_and_sweep_at_once_nothing_leased_is_gone() throws Exception {
        String id = Packages.freshId();
        var random = new Random(7);
        List<Nupkg> versions = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            versions.add(pushed(id, "1." + i + ".0"));
        }
        Set<Nupkg> pinned = ConcurrentHashMap.newKeySet();
        List<Callable<Object>> work = new ArrayList<>();
        for (int i = 0; i < 80; i++) {
            var nupkg = versions.get(random.nextInt(7));
            var wanted = versions.get(random.nextInt(4));
            switch (random.nextInt(4)) {
                case 0 ->
                        work.add(
                                () -> {
                                    sweep.sweep(
                                            NEWEST_ONLY,
                                            EMPTY_DISK,
                                            Instant.now().plus(Duration.ofDays(2)));
                                    return true;
                                });
                case 1 -> work.add(() -> delete(nupkg));
                case 2 -> work.add(() -> Http.pushed(nupkg.bytes()));
                default ->
                        work.add(
                                () -> {
                                    String holder = "release:race:" + wanted.version();
                                    var answer = pin(holder, wanted).answers().getFirst();
                                    answer.pin().ifPresent(_ -> pinned.add(wanted));
                                    return true;
                                });
            }
        }
        try (var pods = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var done : pods.invokeAll(work)) {
                done.get();
            }
        }

        assertThat(pinned).isNotEmpty();
        for (Nupkg nupkg : pinned) {
            assertThat(Http.bytes(Http.request(nupkg.flatPath(), TestKeys.READ)).body())
                    .isEqualTo(nupkg.bytes());
        }
        // What came again while it was deleted, and was unused again, is left to the next time.
        OnVirtualThread.call(Executors.callable(removals::deleteUnused));
        for (Nupkg nupkg : versions) {
            // What is named can be downloaded, and of what is not named nothing is left.
            assertThat(blobs.has(nupkg.sha512())).isEqualTo(offered(nupkg));
        }
        for (Nupkg nupkg : pinned) {
            OnVirtualThread.call(
                    () ->
                            unitOfWork.run(
                                    tx -> {
                                        leases.release(tx, "release:race:" + nupkg.version());
                                        return true;
                                    }));
        }
        sweepLater(NEWEST_ONLY, EMPTY_DISK);
        assertThat(offered(versions.getFirst())).isFalse();
        assertThat(offered(versions.getLast())).isTrue();
    }
}
