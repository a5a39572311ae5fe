package stagecoach.packages.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import jakarta.inject.Inject;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import org.apache.commons.io.file.PathUtils;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import stagecoach.contracts.channel.Channels;
import stagecoach.contracts.configuration.ConfigurationDocument.PackagesKept;
import stagecoach.contracts.internal.PinPackages;
import stagecoach.contracts.internal.PinPackages.Answer;
import stagecoach.contracts.packages.PackageEvent;
import stagecoach.contracts.packages.PackageEvent.PackageRemoved;
import stagecoach.contracts.packages.PackageEvent.Why;
import stagecoach.decider.StreamId;
import stagecoach.packages.app.Packages.Nupkg;
import stagecoach.packages.app.keeping.Leases;
import stagecoach.packages.app.keeping.PackageSweep;
import stagecoach.packages.server.blob.DiskRoom;
import stagecoach.packages.server.blob.folder.FolderBlobStore;
import stagecoach.runtime.access.ServiceToken;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.test.TestEvents;
import stagecoach.runtime.test.TestKeys;
import stagecoach.vocabulary.identity.FeedId;
import stagecoach.vocabulary.packages.VersionRange;
import stagecoach.wire.StagecoachJson;

/** What came from feeds outside goes when nobody uses it, and comes again as what it was. */
@PackageServiceTest
class KeepingOutsideTest {
    private static final PackagesKept A_DAY =
            new PackagesKept(Optional.empty(), Optional.of(1), Optional.empty());
    private static final DiskRoom EMPTY_DISK = new DiskRoom(100, 100);

    private static int count;

    @Inject PackageSweep sweep;
    @Inject FolderBlobStore blobs;
    @Inject UnitOfWork unitOfWork;
    @Inject Leases leases;
    @Inject ServiceToken tokens;

    private Path share = Path.of("unset");
    private String feed = "";
    private String id = "";

    @BeforeEach
    void a_folder_that_is_read_through() throws Exception {
        feed = "kept-" + ++count;
        id = "Kept%d.%s".formatted(count, Packages.freshId());
        share = Files.createTempDirectory("kept-");
        assertThat(
                        Http.put(
                                        "/api/v1/feeds/" + feed,
                                        "{\"kind\":\"FOLDER\",\"url\":\"%s\",\"readThrough\":{\"ids\":[\"%s\"]}}"
                                                .formatted(share, id))
                                .statusCode())
                .isEqualTo(201);
    }

    @AfterEach
    void remove() throws Exception {
        PathUtils.deleteDirectory(share);
        Http.send(Http.request("/api/v1/feeds/" + feed, TestKeys.CONFIGURE).DELETE());
    }

    private Nupkg held(String version, int payload) throws IOException {
        var nupkg = Packages.of(id, version, payload);
        Files.write(share.resolve("%s.%s.nupkg".formatted(id, version)), nupkg.bytes());
        return nupkg;
    }

    private static HttpResponse<byte[]> download(Nupkg nupkg) throws Exception {
        return Http.bytes(Http.request(nupkg.flatPath(), TestKeys.READ));
    }

    /** As if two days had gone by. */
    private void sweepLater(PackagesKept kept, DiskRoom room) throws Exception {
        OnVirtualThread.call(
                () -> {
                    sweep.sweep(kept, room, Instant.now().plus(Duration.ofDays(2)));
                    return true;
                });
    }

    private Answer pin(String holder, Nupkg nupkg) throws Exception {
        var exactly = Optional.of(VersionRange.exactly(nupkg.version()));
        var wanted = new PinPackages.Wanted(new FeedId(feed), nupkg.id(), exactly);
        var request = new PinPackages.Request(holder, List.of(wanted));
        var response =
                Http.send(
                        Http.request("/internal/pins")
                                .header("Authorization", "Bearer " + tokens.issue())
                                .header("Content-Type", "application/json")
                                .POST(BodyPublishers.ofByteArray(StagecoachJson.bytes(request))));
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return StagecoachJson.read(response.body(), PinPackages.Response.class)
                .answers()
                .getFirst();
    }

    @Test
    void what_nobody_uses_goes_with_an_event_and_comes_again_as_what_it_was() throws Exception {
        var nupkg = held("1.0.0", 500);
        assertThat(download(nupkg).body()).isEqualTo(nupkg.bytes());
        try (var events = TestEvents.consume(Channels.PACKAGES)) {
            sweepLater(A_DAY, EMPTY_DISK);

            PackageEvent told =
                    events.until(
                                    StreamId.of("package", nupkg.sha512().hex()),
                                    seen -> !seen.isEmpty())
                            .getFirst()
                            .event(PackageEvent.class);
            assertThat(told)
                    .isEqualTo(
                            new PackageRemoved(
                                    nupkg.pin(),
                                    Optional.of(new FeedId(feed)),
                                    Why.RETENTION,
                                    "nobody used it for 1 days"));
        }
        assertThat(blobs.has(nupkg.sha512())).isFalse();

        // For ever: a feed that has other bytes by now is not believed.
        held("1.0.0", 600);
        HttpResponse<byte[]> other = download(nupkg);
        assertThat(other.statusCode()).isEqualTo(502);
        assertThat(new String(other.body(), UTF_8)).contains("another SHA-512");
        Files.write(share.resolve(id + ".1.0.0.nupkg"), nupkg.bytes());
        assertThat(download(nupkg).body()).isEqualTo(nupkg.bytes());
        assertThat(blobs.has(nupkg.sha512())).isTrue();
    }

    @Test
    void what_a_release_needs_stays_though_its_feed_is_gone() throws Exception {
        var needed = held("1.0.0", 500);
        var other = held("2.0.0", 500);
        assertThat(pin("release:shop:" + feed, needed).pin()).contains(needed.pin());
        assertThat(download(other).statusCode()).isEqualTo(200);
        Files.delete(share.resolve(id + ".1.0.0.nupkg"));

        sweepLater(A_DAY, EMPTY_DISK);
        sweepLater(
                new PackagesKept(Optional.empty(), Optional.empty(), Optional.of(90)),
                new DiskRoom(0, 1L << 40));

        assertThat(blobs.has(other.sha512())).isFalse();
        assertThat(download(needed).body()).isEqualTo(needed.bytes());
    }

    /** The newest of ours stay in any case, and theirs can be had again. */
    @Test
    void room_is_made_by_what_came_from_outside_too() throws Exception {
        var nupkg = held("1.0.0", 500);
        assertThat(download(nupkg).statusCode()).isEqualTo(200);
        var guard = new PackagesKept(Optional.empty(), Optional.empty(), Optional.of(10));

        sweepLater(guard, new DiskRoom(10, 100));
        assertThat(blobs.has(nupkg.sha512())).isTrue();
        sweepLater(guard, new DiskRoom(0, 1L << 40));
        assertThat(blobs.has(nupkg.sha512())).isFalse();
        assertThat(download(nupkg).body()).isEqualTo(nupkg.bytes());
    }

    /** As after an upgrade: all that came before count as used at its moment. */
    @Test
    void however_many_were_used_last_at_one_moment_all_go_before_one_that_was_used_later()
            throws Exception {
        var newer = held("1.0.0", 500);
        assertThat(download(newer).statusCode()).isEqualTo(200);
        int many = 450;
        execute(
                """
                INSERT INTO first_seen (feed, id_key, version_key, id, version, sha512, size, at, used_at)
                SELECT CAST(?1 AS text), 'many', n || '.0.0', 'Many', n || '.0.0',
                    encode(sha512(convert_to(CAST(?1 AS text) || n, 'UTF8')), 'hex'),
                    1000, timestamptz '2020-01-01Z', timestamptz '2020-01-01Z'
                FROM generate_series(1, CAST(?2 AS integer)) AS n""",
                feed,
                many);

        sweepLater(
                new PackagesKept(Optional.empty(), Optional.empty(), Optional.of(10)),
                new DiskRoom(0, many * 1000L * 10));

        assertThat(
                        OnVirtualThread.call(
                                () ->
                                        unitOfWork.run(
                                                        tx ->
                                                                tx.rows(
                                                                        "SELECT count(*) FROM first_seen WHERE feed = ?1 AND id_key = 'many' AND bytes_gone_at IS NULL",
                                                                        feed))
                                                .getFirst()[0]))
                .isEqualTo(0L);
        assertThat(blobs.has(newer.sha512())).isTrue();
    }

    private void execute(String sql, Object... parameters) throws Exception {
        OnVirtualThread.call(() -> unitOfWork.run(tx -> tx.execute(sql, parameters)));
    }

    /** The lease waited for the one who let them go, so that it is as if they had never gone. */
    @Test
    void bytes_that_were_leased_while_they_were_let_go_are_looked_after_again() throws Exception {
        var nupkg = held("1.0.0", 500);
        assertThat(download(nupkg).statusCode()).isEqualTo(200);
        execute(
                "UPDATE first_seen SET bytes_gone_at = at WHERE sha512 = ?1",
                nupkg.sha512().value());
        execute(
                "INSERT INTO lease (holder, sha512) VALUES (?1, ?2)",
                "release:late:" + feed,
                nupkg.sha512().value());
        sweepLater(A_DAY, EMPTY_DISK);
        assertThat(blobs.has(nupkg.sha512())).isTrue();

        execute("DELETE FROM lease WHERE holder = ?1", "release:late:" + feed);
        sweepLater(A_DAY, EMPTY_DISK);
        assertThat(blobs.has(nupkg.sha512())).isFalse();
    }

    /** A pod of before knows no bytes that are let go: to it they are used. */
    @Test
    void bytes_whose_note_a_pod_of_before_threw_away_go_all_the_same() throws Exception {
        var nupkg = held("1.0.0", 500);
        assertThat(download(nupkg).statusCode()).isEqualTo(200);
        execute(
                "UPDATE first_seen SET bytes_gone_at = now() WHERE sha512 = ?1",
                nupkg.sha512().value());
        execute("DELETE FROM unused_blob WHERE sha512 = ?1", nupkg.sha512().value());
        OnVirtualThread.call(
                () -> {
                    sweep.sweep(A_DAY, EMPTY_DISK, Instant.now());
                    return true;
                });
        assertThat(blobs.has(nupkg.sha512())).isFalse();
    }

    /** Its name was removed a moment ago, and only a feed outside has the same bytes. */
    @Test
    void bytes_of_a_feed_outside_stand_for_no_package_of_ours() throws Exception {
        var nupkg = held("1.0.0", 500);
        assertThat(download(nupkg).statusCode()).isEqualTo(200);
        Leases.There there =
                OnVirtualThread.call(
                        () -> unitOfWork.run(tx -> leases.there(tx, List.of(nupkg.sha512()))));
        assertThat(there.all()).containsExactly(nupkg.sha512());
        assertThat(there.builtIn()).isEmpty();
    }

    /** By their number alone nothing goes that its feed may still show. */
    @Test
    void what_is_pushed_under_the_same_digest_keeps_its_bytes() throws Exception {
        var nupkg = held("1.0.0", 500);
        assertThat(download(nupkg).statusCode()).isEqualTo(200);
        sweepLater(
                new PackagesKept(Optional.of(1), Optional.empty(), Optional.empty()), EMPTY_DISK);
        assertThat(blobs.has(nupkg.sha512())).isTrue();

        assertThat(Http.pushed(nupkg.bytes())).isEqualTo(201);
        sweepLater(A_DAY, EMPTY_DISK);
        assertThat(download(nupkg).body()).isEqualTo(nupkg.bytes());
    }

    @Test
    void whatever_pods_read_pin_and_sweep_at_once_nothing_leased_is_gone() throws Exception {
        var random = new Random(11);
        List<Nupkg> versions = new ArrayList<>();
        for (int minor = 0; minor < 6; minor++) {
            versions.add(held("1.%d.0".formatted(minor), 500));
        }
        Set<Nupkg> pinned = ConcurrentHashMap.newKeySet();
        List<Callable<Object>> work = new ArrayList<>();
        for (int i = 0; i < 80; i++) {
            var nupkg = versions.get(random.nextInt(6));
            switch (random.nextInt(3)) {
                case 0 ->
                        work.add(
                                () -> {
                                    sweep.sweep(
                                            A_DAY,
                                            EMPTY_DISK,
                                            Instant.now().plus(Duration.ofDays(2)));
                                    return true;
                                });
                case 1 -> work.add(() -> download(nupkg));
                default ->
                        work.add(
                                () -> {
                                    String holder =
                                            "release:%s:%s"
                                                    .formatted(
                                                            id.toLowerCase(Locale.ROOT)
                                                                    .replace('.', '-'),
                                                            nupkg.version());
                                    pin(holder, nupkg).pin().ifPresent(_ -> pinned.add(nupkg));
                                    return true;
                                });
            }
        }
        try (var pods = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var done : pods.invokeAll(work)) {
                done.get();
            }
        }
        sweepLater(A_DAY, EMPTY_DISK);

        assertThat(pinned).isNotEmpty();
        for (Nupkg nupkg : pinned) {
            assertThat(Files.readAllBytes(blobs.file(nupkg.sha512()))).isEqualTo(nupkg.bytes());
        }
        for (Nupkg nupkg : versions) {
            if (!pinned.contains(nupkg)) {
                assertThat(blobs.has(nupkg.sha512())).isFalse();
            }
            assertThat(download(nupkg).body()).isEqualTo(nupkg.bytes());
        }
    }
}
