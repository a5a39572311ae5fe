package stagecoach.packages.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.commons.io.file.PathUtils;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import stagecoach.contracts.acquisition.AcquisitionEvent.PackageReplicated;
import stagecoach.contracts.acquisition.AcquisitionEvent.ReplicationFailed;
import stagecoach.contracts.acquisition.ServedBy;
import stagecoach.contracts.channel.Channels;
import stagecoach.contracts.configuration.ConfigurationDocument.CachesKept;
import stagecoach.contracts.packages.PackageEvent;
import stagecoach.contracts.packages.PackageEvent.PackageDropped;
import stagecoach.contracts.packages.PackageEvent.Why;
import stagecoach.decider.StreamId;
import stagecoach.packages.app.Packages.Nupkg;
import stagecoach.packages.app.catalog.CacheCatalog;
import stagecoach.packages.app.catalog.CacheRow;
import stagecoach.packages.app.copies.CopySweep;
import stagecoach.packages.server.blob.SmallDisk;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.test.StagecoachResource;
import stagecoach.runtime.test.TestEvents;
import stagecoach.runtime.test.TestKeys;
import stagecoach.vocabulary.identity.CacheId;

/** What goes from a folder that others mount, and what stays. */
@PackageServiceTest
class FolderCopiesTest {
    private static final CacheId SHARE = new CacheId("swept-1");
    private static final ServedBy BY_SHARE = new ServedBy(ServedBy.Kind.CACHE, Optional.of(SHARE));
    private static final CachesKept MONTH = new CachesKept(Optional.of(30), Optional.empty());
    private static final Duration LATER = Duration.ofDays(31);
    private static final int SIZE = 3_000_000;

    private final Deployment deployment = new Deployment();
    private Path folder = Path.of("unset");
    private Path share = Path.of("unset");

    @Inject CopySweep sweep;
    @Inject CacheCatalog caches;
    @Inject UnitOfWork unitOfWork;

    @BeforeEach
    void prepare() throws Exception {
        folder = Files.createTempDirectory("swept-");
        Configured.region("swept", true, 1);
        Configured.region("swept-too", true, 1);
        mounted(Files.createDirectory(folder.resolve("share")));
    }

    @AfterEach
    void end() throws Exception {
        deployment.close();
        PathUtils.deleteDirectory(folder);
    }

    private void mounted(Path root) throws Exception {
        share = root;
        var made =
                Http.put(
                        "/api/v1/caches/swept-1",
                        "{\"kind\":\"FOLDER\",\"region\":\"swept\",\"url\":\"file://%s\"}"
                                .formatted(root));
        assertThat(made.statusCode()).as(made.body()).isIn(200, 201);
    }

    /** In the folder, for a deployment that has not ended. */
    private Nupkg written(Deployment by, int run) throws Exception {
        var nupkg = Packages.of(Packages.freshId(), "1.0.0", SIZE);
        assertThat(Http.pushed(nupkg.bytes())).isEqualTo(201);
        assertThat(acquired(by, run, nupkg)).isEqualTo(nupkg.bytes().length);
        return nupkg;
    }

    private static long acquired(Deployment by, int run, Nupkg nupkg) {
        by.start(run, false, Deployment.nearest(nupkg.pin(), Deployment.target("s-1", "swept")));
        long bytes = by.event(run, PackageReplicated.class).bytes();
        by.acquireAll(run, 1, BY_SHARE);
        by.ended(run);
        return bytes;
    }

    private void ended(Deployment one) throws Exception {
        one.end();
        await().atMost(StagecoachResource.PATIENCE)
                .until(
                        () ->
                                rows(
                                                "SELECT 1, 0 FROM lease WHERE holder = ?1",
                                                "deployment:" + one.id())
                                        == 0);
    }

    private int rows(String sql, String value) throws Exception {
        return OnVirtualThread.call(() -> unitOfWork.run(tx -> tx.rows(sql, value).size()));
    }

    private void sweepIn(Duration later) throws Exception {
        OnVirtualThread.call(
                () -> {
                    CacheRow row = unitOfWork.run(tx -> caches.find(tx, SHARE)).orElseThrow();
                    sweep.sweep(row, MONTH, Instant.now().plus(later));
                    return true;
                });
    }

    private Path blob(Nupkg nupkg) {
        return share.resolve("blobs").resolve(nupkg.sha512().value());
    }

    private Path going() {
        return share.resolve("going");
    }

    private static List<PackageEvent> events(Nupkg nupkg) throws Exception {
        try (var events = TestEvents.consume(Channels.PACKAGES)) {
            return events
                    .until(StreamId.of("package", nupkg.sha512().hex()), seen -> !seen.isEmpty())
                    .stream()
                    .map(event -> event.event(PackageEvent.class))
                    .toList();
        }
    }

    @Test
    void what_nobody_used_there_is_removed_and_written_anew_when_it_is_needed() throws Exception {
        Nupkg nupkg = written(deployment, 2);

        sweepIn(LATER);
        assertThat(blob(nupkg)).as("a deployment needs it").exists();
        ended(deployment);
        sweepIn(Duration.ofDays(29));
        assertThat(blob(nupkg)).as("it was just used").exists();
        sweepIn(LATER);

        assertThat(blob(nupkg)).doesNotExist();
        assertThat(going()).isEmptyDirectory();
        assertThat(events(nupkg))
                .containsExactly(
                        new PackageDropped(
                                nupkg.pin(),
                                SHARE,
                                Why.RETENTION,
                                "nobody used it there for 30 days"));
        try (var next = new Deployment()) {
            assertThat(acquired(next, 2, nupkg)).isEqualTo(nupkg.bytes().length);
        }
        assertThat(blob(nupkg)).hasBinaryContent(nupkg.bytes());
    }

    @Test
    void what_another_region_that_shares_the_folder_has_just_used_stays() throws Exception {
        var made =
                Http.put(
                        "/api/v1/caches/swept-2",
                        "{\"kind\":\"FOLDER\",\"region\":\"swept-too\",\"url\":\"file://%s\"}"
                                .formatted(share));
        assertThat(made.statusCode()).as(made.body()).isIn(200, 201);
        Nupkg nupkg = written(deployment, 2);
        deployment.start(
                3, false, Deployment.nearest(nupkg.pin(), Deployment.target("t-1", "swept-too")));
        assertThat(deployment.event(3, PackageReplicated.class).bytes()).isZero();
        deployment.acquireAll(3, 1, BY_SHARE);
        deployment.ended(3);
        ended(deployment);
        changed(
                "UPDATE replicated SET used_at = now() - interval '31 days' WHERE cache = 'swept-1' AND sha512 = ?1",
                nupkg);

        sweepIn(Duration.ZERO);

        assertThat(blob(nupkg)).exists();
        assertThat(
                        Http.send(
                                        Http.request("/api/v1/caches/swept-2", TestKeys.CONFIGURE)
                                                .DELETE())
                                .statusCode())
                .isEqualTo(204);
    }

    @Test
    void what_one_who_was_killed_has_set_aside_is_put_back_or_removed() throws Exception {
        Nupkg needed = written(deployment, 2);
        Nupkg unneeded;
        try (var other = new Deployment()) {
            unneeded = written(other, 2);
            ended(other);
        }
        Files.createDirectories(going());
        for (Nupkg nupkg : List.of(needed, unneeded)) {
            Files.move(blob(nupkg), setAside(nupkg));
        }

        sweepIn(Duration.ZERO);

        assertThat(blob(needed)).hasBinaryContent(needed.bytes());
        assertThat(blob(unneeded)).doesNotExist();
        assertThat(going()).isEmptyDirectory();
    }

    private Path setAside(Nupkg nupkg) {
        return going().resolve(nupkg.sha512().value() + "." + UUID.randomUUID());
    }

    @Test
    void who_writes_into_a_folder_cannot_choose_what_is_removed_elsewhere() throws Exception {
        Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
        Nupkg unneeded;
        try (var other = new Deployment()) {
            unneeded = written(other, 2);
            ended(other);
        }
        String digest = unneeded.sha512().value();
        Path ours = Files.write(elsewhere.resolve(digest), unneeded.bytes());
        Path set = Files.write(elsewhere.resolve(digest + "." + UUID.randomUUID()), new byte[1]);

        Files.deleteIfExists(going());
        Files.createSymbolicLink(going(), elsewhere);
        sweepIn(LATER);
        Files.delete(going());
        Path blobs = Files.move(share.resolve("blobs"), folder.resolve("away"));
        Files.createSymbolicLink(share.resolve("blobs"), elsewhere);
        sweepIn(LATER);

        assertThat(ours).exists();
        assertThat(set).exists();
        Files.delete(share.resolve("blobs"));
        Files.move(blobs, share.resolve("blobs"));
    }

    @Test
    void what_was_found_to_be_wrong_is_not_taken_for_held_because_its_file_is_there()
            throws Exception {
        Nupkg nupkg = written(deployment, 2);
        changed("DELETE FROM replicated WHERE sha512 = ?1", nupkg);
        changed("INSERT INTO suspect (cache, sha512) VALUES ('swept-1', ?1)", nupkg);

        sweepIn(Duration.ZERO);

        String held = "SELECT 1, 0 FROM replicated WHERE sha512 = ?1";
        assertThat(rows(held, nupkg.sha512().value())).isZero();
        changed("DELETE FROM suspect WHERE sha512 = ?1", nupkg);
        sweepIn(Duration.ZERO);
        assertThat(rows(held, nupkg.sha512().value())).isEqualTo(1);
    }

    @Test
    void what_lies_there_is_believed_only_if_all_its_bytes_do() throws Exception {
        Nupkg whole = written(deployment, 2);
        Nupkg cutOff = written(deployment, 3);
        changed("DELETE FROM replicated WHERE sha512 = ?1", whole);
        changed("DELETE FROM replicated WHERE sha512 = ?1", cutOff);
        Files.write(blob(cutOff), Arrays.copyOf(cutOff.bytes(), cutOff.bytes().length - 1));

        sweepIn(Duration.ZERO);

        String held = "SELECT 1, 0 FROM replicated WHERE sha512 = ?1";
        assertThat(rows(held, whole.sha512().value())).isEqualTo(1);
        assertThat(rows(held, cutOff.sha512().value())).isZero();
    }

    @Test
    void what_nobody_knows_here_stays_in_a_folder_where_it_may_be_others() throws Exception {
        written(deployment, 2);
        var theirs = Packages.of(Packages.freshId(), "1.0.0", 10);
        Files.write(blob(theirs), theirs.bytes());

        sweepIn(LATER);

        assertThat(blob(theirs)).exists();
    }

    @Test
    void a_mount_point_without_its_file_system_is_no_folder_that_has_lost_all() throws Exception {
        Nupkg nupkg = written(deployment, 2);
        ended(deployment);
        changed(
                "UPDATE replicated SET used_at = now() - interval '1 day' WHERE sha512 = ?1",
                nupkg);
        Path away = Files.move(share.resolve("blobs"), folder.resolve("away"));

        sweepIn(LATER);

        assertThat(rows("SELECT 1, 0 FROM replicated WHERE sha512 = ?1", nupkg.sha512().value()))
                .isEqualTo(1);
        Files.move(away, share.resolve("blobs"));
    }

    @Test
    void a_full_disk_is_made_room_on_by_what_nobody_needs_or_it_is_said_why_not() throws Exception {
        try (SmallDisk disk = SmallDisk.mount(folder.resolve("disk"), 8);
                var first = new Deployment()) {
            mounted(disk.root());
            Nupkg old = written(first, 2);
            ended(first);
            Nupkg needed = written(deployment, 2);
            for (Nupkg nupkg : List.of(old, needed)) {
                changed(
                        "UPDATE replicated SET used_at = now() - interval '1 day' WHERE sha512 = ?1",
                        nupkg);
            }

            Nupkg fresh = written(deployment, 3);

            assertThat(blob(old)).doesNotExist();
            assertThat(blob(needed)).as("a deployment needs it").exists();
            assertThat(blob(fresh)).hasBinaryContent(fresh.bytes());
            assertThat(events(old).getLast())
                    .isInstanceOfSatisfying(
                            PackageDropped.class,
                            dropped -> assertThat(dropped.why()).isEqualTo(Why.DISK));

            var tooMuch = Packages.of(Packages.freshId(), "1.0.0", SIZE);
            assertThat(Http.pushed(tooMuch.bytes())).isEqualTo(201);
            deployment.start(
                    4, false, Deployment.nearest(tooMuch.pin(), Deployment.target("s-1", "swept")));
            var failed = deployment.event(4, ReplicationFailed.class);
            assertThat(failed.pin()).isEqualTo(tooMuch.pin());
            assertThat(failed.cache()).isEqualTo(SHARE);
            assertThat(failed.reason())
                    .contains(
                            "too little room at " + disk.root(),
                            "too little of what it holds can go: deployments that have not ended need it");
            assertThat(incoming()).isZero();
            deployment.acquireAll(4, 1, new ServedBy(ServedBy.Kind.SERVER, Optional.empty()));
            deployment.ended(4);
        }
    }

    private long incoming() throws IOException {
        try (var files = Files.list(share.resolve("incoming"))) {
            return files.count();
        }
    }

    private void changed(String sql, Nupkg nupkg) throws Exception {
        OnVirtualThread.call(() -> unitOfWork.run(tx -> tx.execute(sql, nupkg.sha512().value())));
    }
}
