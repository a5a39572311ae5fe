package stagecoach.packages.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import jakarta.inject.Inject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executors;
import org.apache.commons.io.file.PathUtils;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import stagecoach.contracts.channel.Channels;
import stagecoach.contracts.internal.PinPackages;
import stagecoach.contracts.internal.PinPackages.Answer;
import stagecoach.contracts.internal.PinPackages.Wanted;
import stagecoach.contracts.packages.PackageEvent;
import stagecoach.contracts.packages.PackageEvent.PackageDamaged;
import stagecoach.contracts.packages.PackageEvent.PackageRepaired;
import stagecoach.decider.StreamId;
import stagecoach.packages.app.index.PostgresIndex;
import stagecoach.packages.app.transfer.Scrubber;
import stagecoach.packages.server.blob.folder.FolderBlobStore;
import stagecoach.runtime.access.ServiceToken;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.test.TestEvents;
import stagecoach.runtime.test.TestKeys;
import stagecoach.vocabulary.identity.FeedId;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.Sha512;
import stagecoach.vocabulary.packages.VersionRange;
import stagecoach.wire.StagecoachJson;

@PackageServiceTest
class UpstreamTest {
    private static int count;

    @Inject ServiceToken tokens;
    @Inject UnitOfWork unitOfWork;
    @Inject FolderBlobStore blobs;
    @Inject Scrubber scrubber;

    private Path share = Path.of("unset");
    private String feed = "";

    @BeforeEach
    void a_feed_and_a_folder_of_its_own() throws IOException {
        count++;
        feed = "share-" + count;
        share = Files.createTempDirectory("share-");
    }

    @AfterEach
    void remove() throws IOException {
        if (Files.exists(share)) {
            PathUtils.deleteDirectory(share);
        }
    }

    private String put(String json) throws Exception {
        HttpResponse<String> response = Http.put("/api/v1/feeds/" + feed, json);
        return response.statusCode() + " " + response.body();
    }

    private void folder() throws Exception {
        assertThat(put("{\"kind\":\"FOLDER\",\"url\":\"%s\"}".formatted(share))).startsWith("201");
    }

    /** This server itself is the far end: NuGet v3 with credentials. */
    private String nuget(String password) {
        return "{\"kind\":\"NUGET\",\"url\":\"%s\",\"downloadAttempts\":2,\"downloadBackoff\":\"PT0.01S\",\"credentials\":{\"username\":\"reader\",\"password\":\"%s\"}}"
                .formatted(Http.uri("/nuget/v3/index.json"), password);
    }

    private void inShare(Packages.Nupkg nupkg) throws Exception {
        Files.write(
                share.resolve("%s.%s.nupkg".formatted(nupkg.id(), nupkg.version())), nupkg.bytes());
    }

    private Answer pin(String id, String versions) throws Exception {
        var wanted =
                new Wanted(
                        new FeedId(feed),
                        new PackageId(id),
                        Optional.of(versions).filter(v -> !v.isEmpty()).map(VersionRange::new));
        var response =
                Http.send(
                        Http.request("/internal/pins")
                                .header("Authorization", "Bearer " + tokens.issue())
                                .header("Content-Type", "application/json")
                                .POST(
                                        BodyPublishers.ofByteArray(
                                                StagecoachJson.bytes(
                                                        new PinPackages.Request(
                                                                "release:shop:" + feed,
                                                                List.of(wanted))))));
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return StagecoachJson.read(response.body(), PinPackages.Response.class)
                .answers()
                .getFirst();
    }

    @Test
    void the_newest_that_is_wanted_is_fetched_and_fixed_to_the_byte() throws Exception {
        String id = "Outside." + Packages.freshId();
        var wanted = Packages.of(id, "1.10.0", 1000);
        inShare(Packages.of(id, "1.9.0", 10));
        inShare(wanted);
        inShare(Packages.of(id, "2.0.0", 10));
        inShare(Packages.of(id, "2.1.0-beta.1", 10));
        folder();

        assertThat(pin(id, "1.*").pin()).contains(wanted.pin());
        assertThat(blobs.has(wanted.sha512())).isTrue();
        assertThat(pin(id, "").pin().orElseThrow().version().value()).isEqualTo("2.0.0");
        assertThat(pin(id, "*-*").pin().orElseThrow().version().value()).isEqualTo("2.1.0-beta.1");
        assertThat(pin(id, "[3.0,)").problem().orElseThrow())
                .contains("no version [3.0.0, ) of " + id, "It has 2.1.0-beta.1, 2.0.0");
        assertThat(pin("Outside.Nobody", "").problem().orElseThrow()).contains("has no package");
        assertThat(pin(id, "7.0").problem().orElseThrow()).contains("the folder has no");
        assertThat(Http.get("/api/v1/feeds/%s/packages/%s/versions".formatted(feed, id)).body())
                .contains("2.1.0-beta.1", "1.9.0");
        assertThat(Http.get("/api/v1/feeds/%s/packages?query=outside".formatted(feed)).body())
                .contains(id);
    }

    @Test
    void a_release_that_exists_needs_no_feed_any_more() throws Exception {
        String id = "Outside." + Packages.freshId();
        var nupkg = Packages.of(id, "1.0.0", 10);
        inShare(nupkg);
        folder();
        assertThat(pin(id, "1.0.0").pin()).isPresent();

        PathUtils.deleteDirectory(share);
        assertThat(pin(id, "1.0").pin()).contains(nupkg.pin());
        assertThat(pin(id, "1.*").problem().orElseThrow())
                .contains("there is no folder", "A version that is here can be had by its number");
        HttpResponse<String> removal =
                Http.send(Http.request("/api/v1/feeds/" + feed, TestKeys.CONFIGURE).DELETE());
        assertThat(removal.statusCode()).isEqualTo(409);
        assertThat(removal.body()).contains("needed by release:shop:" + feed);
    }

    @Test
    void a_version_is_what_it_was_when_it_was_first_seen() throws Exception {
        String id = "Outside." + Packages.freshId();
        var first = Packages.of(id, "1.0.0", 10);
        inShare(first);
        folder();
        assertThat(pin(id, "1.0.0").pin()).contains(first.pin());

        blobs.delete(first.sha512());
        inShare(Packages.of(id, "1.0.0", 20));
        assertThat(pin(id, "1.0.0").problem().orElseThrow()).contains("another SHA-512");
        inShare(first);
        assertThat(pin(id, "1.0.0").pin()).contains(first.pin());
    }

    @Test
    void what_is_damaged_and_in_no_cache_comes_back_from_its_feed() throws Exception {
        String id = "Outside." + Packages.freshId();
        var nupkg = Packages.of(id, "1.0.0", 1000);
        inShare(nupkg);
        folder();
        assertThat(pin(id, "1.0.0").pin()).contains(nupkg.pin());
        damage(nupkg);

        ScrubRound.run(unitOfWork, scrubber);

        assertThat(Files.readAllBytes(blobs.file(nupkg.sha512()))).isEqualTo(nupkg.bytes());
        assertThat(events(nupkg, 2))
                .containsExactly(
                        new PackageDamaged(nupkg.pin(), "the server"),
                        new PackageRepaired(nupkg.pin(), "feed " + feed));
    }

    @Test
    void other_bytes_that_its_feed_has_by_now_mend_nothing_and_the_same_ones_do() throws Exception {
        String id = "Outside." + Packages.freshId();
        var nupkg = Packages.of(id, "1.0.0", 1000);
        inShare(nupkg);
        folder();
        assertThat(pin(id, "1.0.0").pin()).contains(nupkg.pin());
        damage(nupkg);
        var other = Packages.of(id, "1.0.0", 2000);
        inShare(other);

        ScrubRound.run(unitOfWork, scrubber);

        assertThat(blobs.has(nupkg.sha512())).isFalse();
        assertThat(blobs.has(other.sha512())).isFalse();
        assertThat(events(nupkg, 1)).containsExactly(new PackageDamaged(nupkg.pin(), "the server"));

        inShare(nupkg);
        ScrubRound.run(unitOfWork, scrubber);
        assertThat(Files.readAllBytes(blobs.file(nupkg.sha512()))).isEqualTo(nupkg.bytes());
        assertThat(events(nupkg, 2).getLast())
                .isEqualTo(new PackageRepaired(nupkg.pin(), "feed " + feed));
    }

    private void damage(Packages.Nupkg nupkg) throws IOException {
        byte[] flipped = nupkg.bytes().clone();
        flipped[flipped.length / 2] ^= 1;
        Files.write(blobs.file(nupkg.sha512()), flipped);
    }

    private static List<PackageEvent> events(Packages.Nupkg nupkg, int count) {
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

    @Test
    void what_comes_is_judged_as_what_is_pushed_and_nothing_stays_of_what_is_refused()
            throws Exception {
        String id = "Outside." + Packages.freshId();
        var other = Packages.of(id + ".Other", "1.0.0", 10);
        Files.write(share.resolve(id + ".1.0.0.nupkg"), other.bytes());
        var good = Packages.of(id, "1.1.0", 1000);
        Files.write(
                share.resolve(id + ".1.1.0.nupkg"),
                Arrays.copyOf(good.bytes(), good.bytes().length - 200));
        folder();

        assertThat(pin(id, "1.0.0").problem().orElseThrow())
                .contains("gives what is no", "names itself " + id + ".Other");
        assertThat(pin(id, "1.1.0").problem().orElseThrow()).contains("gives what is no");
        assertThat(blobs.has(other.sha512())).isFalse();
    }

    @Test
    void a_nuget_server_is_read_with_its_credentials_and_says_what_is_wrong_with_them()
            throws Exception {
        String id = "Outside." + Packages.freshId();
        var nupkg = Packages.of(id, "1.0.0", 10);
        assertThat(Http.pushed(nupkg.bytes())).isEqualTo(201);
        assertThat(put(nuget(TestKeys.READ.key()))).startsWith("201");
        assertThat(pin(id, "").pin()).contains(nupkg.pin());

        assertThat(put(nuget("wrong"))).startsWith("200");
        assertThat(pin(id, "").problem().orElseThrow())
                .contains("does not let the user \"reader\" read (401)")
                .doesNotContain("wrong");
        HttpResponse<String> versions =
                Http.get("/api/v1/feeds/%s/packages/%s/versions".formatted(feed, id));
        assertThat(versions.statusCode()).isEqualTo(409);
        assertThat(versions.body()).contains("feed-trouble");
    }

    @Test
    void a_feed_that_nobody_needs_goes() throws Exception {
        folder();
        assertThat(
                        Http.send(
                                        Http.request("/api/v1/feeds/" + feed, TestKeys.CONFIGURE)
                                                .DELETE())
                                .statusCode())
                .isEqualTo(204);
        assertThat(Http.get("/api/v1/feeds/" + feed).statusCode()).isEqualTo(404);
        assertThat(pin("Some.Package", "").problem().orElseThrow())
                .contains("There is no feed \"%s\"".formatted(feed));
    }

    @Test
    void bytes_that_are_being_removed_are_named_only_when_they_are_there_again() throws Exception {
        folder();
        var nupkg = Packages.of(Packages.freshId(), "1.0.0", 500);
        inShare(nupkg);
        assertThat(Http.pushed(nupkg.bytes())).isEqualTo(201);

        try (var others = Executors.newVirtualThreadPerTaskExecutor()) {
            // As another pod does it that removes what no package has.
            var pinned =
                    OnVirtualThread.call(
                            () ->
                                    unitOfWork.run(
                                            tx -> {
                                                PostgresIndex.lock(tx, nupkg.sha512());
                                                var asked =
                                                        others.submit(
                                                                () ->
                                                                        pin(
                                                                                nupkg.id().value(),
                                                                                "1.0.0"));
                                                await().pollInSameThread()
                                                        .atMost(Duration.ofSeconds(25))
                                                        .until(() -> waitingForUs(tx) > 0);
                                                delete(nupkg.sha512());
                                                return asked;
                                            }));
            assertThat(pinned.get().pin()).isPresent();
        }
        assertThat(blobs.has(nupkg.sha512())).isTrue();
    }

    private static long waitingForUs(Tx tx) {
        return ((Number)
                        Objects.requireNonNull(
                                tx.rows(
                                                "SELECT count(*) FROM pg_locks w JOIN pg_locks h USING (locktype, database, classid, objid, objsubid) WHERE locktype = 'advisory' AND NOT w.granted AND h.granted AND h.pid = pg_backend_pid()")
                                        .getFirst()[0]))
                .longValue();
    }

    private void delete(Sha512 sha512) {
        try {
            blobs.delete(sha512);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
