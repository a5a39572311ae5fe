package stagecoach.packages.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import jakarta.inject.Inject;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import stagecoach.packages.server.foreign.FeedOutside;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.test.StagecoachResource;
import stagecoach.runtime.test.TestKeys;

/** The built-in feed answers for ids that are not ours from feeds outside. */
@PackageServiceTest
class ReadThroughTest {
    private static int count;

    @Inject UnitOfWork unitOfWork;

    @ConfigProperty(name = "STAGECOACH_PACKAGE_DIR")
    String folder;

    private final List<String> made = new ArrayList<>();
    private FeedOutside outside;
    private String family = "";

    @BeforeEach
    void a_feed_and_a_family_of_ids_of_its_own() throws Exception {
        family = "Family" + ++count;
        outside = new FeedOutside();
    }

    @AfterEach
    void remove() throws Exception {
        outside.close();
        for (String feed : made) {
            Http.send(Http.request("/api/v1/feeds/" + feed, TestKeys.CONFIGURE).DELETE());
        }
    }

    private HttpResponse<String> configured(String feed, String json) throws Exception {
        made.add(feed);
        return Http.put("/api/v1/feeds/" + feed, json);
    }

    private void readThrough(String... ids) throws Exception {
        HttpResponse<String> response = configured("through-" + count, outside.settings(ids));
        assertThat(response.statusCode()).as(response.body()).isIn(200, 201);
    }

    private Packages.Nupkg held(String name, String version) {
        var nupkg = Packages.of(family + "." + name, version, 1000);
        outside.hold(nupkg.pin(), nupkg.bytes(), family + ".Core");
        return nupkg;
    }

    private static HttpResponse<String> versions(Packages.Nupkg nupkg) throws Exception {
        return Http.get("/nuget/v3/flatcontainer/%s/index.json".formatted(nupkg.id().lower()));
    }

    private static HttpResponse<byte[]> download(Packages.Nupkg nupkg) throws Exception {
        return Http.bytes(Http.request(nupkg.flatPath(), TestKeys.READ));
    }

    @Test
    void what_is_not_here_is_answered_checked_and_kept_and_the_feed_may_go_away() throws Exception {
        var nupkg = held("Web", "1.0.0");
        readThrough(family + ".*");

        assertThat(versions(nupkg).body()).isEqualTo("{\"versions\":[\"1.0.0\"]}");
        HttpResponse<byte[]> got = download(nupkg);
        assertThat(got.statusCode()).isEqualTo(200);
        assertThat(got.body()).isEqualTo(nupkg.bytes());
        assertThat(got.headers().firstValue("ETag"))
                .contains("\"%s\"".formatted(nupkg.sha512().hex()));
        HttpResponse<String> nuspec =
                Http.get(
                        "/nuget/v3/flatcontainer/%1$s/1.0.0/%1$s.nuspec"
                                .formatted(nupkg.id().lower()));
        assertThat(nuspec.body()).contains("<id>%s</id>".formatted(nupkg.id()));
        String registration =
                Http.get(
                                "/nuget/v3/registrations/plain/%s/index.json"
                                        .formatted(nupkg.id().lower()))
                        .body();
        assertThat(registration)
                .contains(
                        family + ".Core",
                        "net8.0",
                        Http.uri(nupkg.flatPath()).toString(),
                        "\"count\":1");
        assertThat(Http.get("/nuget/v3/search?q=" + family).body()).contains("\"totalHits\":0");

        outside.down = true;
        assertThat(versions(nupkg).body()).isEqualTo("{\"versions\":[\"1.0.0\"]}");
        assertThat(download(nupkg).body()).isEqualTo(nupkg.bytes());
        assertThat(outside.downloads()).isEqualTo(1);
    }

    @Test
    void of_what_a_feed_tells_only_the_pages_are_read_that_a_client_asks_for() throws Exception {
        readThrough(family + ".*");
        String id = (family + ".Web").toLowerCase(Locale.ROOT);
        outside.documents.put(
                "/reg/%s/index.json".formatted(id),
                "{\"items\":[{\"@id\":\"/reg/1\",\"lower\":\"1.0.0\",\"upper\":\"1.9.0\"},{\"@id\":\"/reg/2\",\"lower\":\"2.0.0\",\"upper\":\"2.9.0\"}]}"
                        .getBytes(UTF_8));
        for (int page = 1; page <= 2; page++) {
            outside.documents.put(
                    "/reg/" + page,
                    "{\"items\":[{\"catalogEntry\":{\"version\":\"%d.0.0\"}}]}"
                            .formatted(page)
                            .getBytes(UTF_8));
        }
        String registration = "/nuget/v3/registrations/plain/%s/".formatted(id);

        assertThat(Http.get(registration + "2.0.0.json").statusCode()).isEqualTo(200);
        assertThat(outside.asked).contains("/reg/2").doesNotContain("/reg/1");
        assertThat(Http.get(registration + "page/1.0.0/1.9.0.json").body())
                .contains("\"count\":1", "\"lower\":\"1.0.0\"");
        assertThat(outside.asked).containsOnlyOnce("/reg/1", "/reg/2");
        assertThat(Http.get(registration + "index.json").body()).contains("\"count\":2");
    }

    @Test
    void a_feed_that_does_not_answer_is_a_bad_gateway_and_what_it_has_not_is_not_found()
            throws Exception {
        var nupkg = held("Web", "1.0.0");
        readThrough(family + ".*");
        var other = Packages.of(nupkg.id().value(), "2.0.0", 1);
        var nobody = Packages.of(family + ".Nobody", "1.0.0", 1);
        assertThat(download(other).statusCode()).isEqualTo(404);
        assertThat(versions(nobody).statusCode()).isEqualTo(404);

        outside.down = true;
        assertThat(versions(nupkg).statusCode()).isEqualTo(502);
        assertThat(versions(nupkg).body()).contains("feed-trouble", "through-" + count);
        HttpResponse<byte[]> failed = download(nupkg);
        assertThat(failed.statusCode()).isEqualTo(502);
        assertThat(new String(failed.body(), UTF_8)).contains("feed-trouble");
        outside.down = false;
        assertThat(download(nupkg).body()).isEqualTo(nupkg.bytes());
    }

    @Test
    void an_id_that_was_ever_pushed_here_is_ours_alone() throws Exception {
        var ours = Packages.of(family + ".Web", "0.1.0", 10);
        assertThat(Http.pushed(ours.bytes())).isEqualTo(201);
        var theirs = held("Web", "9.0.0");
        readThrough(family + ".*");
        assertThat(versions(ours).body()).isEqualTo("{\"versions\":[\"0.1.0\"]}");
        assertThat(download(theirs).statusCode()).isEqualTo(404);

        // Also when nothing of it is left.
        var removal =
                Http.request(
                        "/api/v1/feeds/built-in/packages/%s/versions/0.1.0".formatted(ours.id()),
                        TestKeys.CONFIGURE);
        assertThat(Http.send(removal.DELETE()).statusCode()).isEqualTo(204);
        assertThat(versions(theirs).statusCode()).isEqualTo(404);
        assertThat(download(theirs).statusCode()).isEqualTo(404);
        assertThat(outside.asked).isEmpty();
        // An older server has kept of it only the event: so V0220 knows it too.
        assertThat(removedIds()).contains(ours.id().lower());
    }

    private List<String> removedIds() throws Exception {
        return OnVirtualThread.call(
                () ->
                        unitOfWork.run(
                                tx ->
                                        tx
                                                .rows(
                                                        "SELECT lower(convert_from(data, 'UTF8')::jsonb -> 'pin' ->> 'id') FROM event WHERE type LIKE '%PackageRemoved%'")
                                                .stream()
                                                .map(row -> String.valueOf(row[0]))
                                                .toList()));
    }

    @Test
    void a_push_makes_an_id_ours_but_changes_no_version_that_was_given_away() throws Exception {
        var theirs = held("Web", "1.0.0");
        readThrough(family + ".*");
        assertThat(download(theirs).body()).isEqualTo(theirs.bytes());

        var otherBytes = Packages.of(theirs.id().value(), "1.0.0", 10);
        assertThat(Http.pushed(otherBytes.bytes())).isEqualTo(409);
        assertThat(download(theirs).body()).isEqualTo(theirs.bytes());

        var ours = Packages.of(theirs.id().value(), "1.1.0", 10);
        assertThat(Http.pushed(ours.bytes())).isEqualTo(201);
        assertThat(versions(theirs).body()).isEqualTo("{\"versions\":[\"1.1.0\"]}");
        assertThat(download(theirs).statusCode()).isEqualTo(404);
        assertThat(Http.pushed(theirs.bytes())).isEqualTo(201);
        assertThat(download(theirs).body()).isEqualTo(theirs.bytes());
    }

    @Test
    void a_version_never_changes_also_when_another_feed_is_read_through(@TempDir Path share)
            throws Exception {
        var first = held("Web", "1.0.0");
        readThrough(family + ".*");
        assertThat(download(first).body()).isEqualTo(first.bytes());

        var second = Packages.of(first.id().value(), "1.0.0", 20);
        Files.write(share.resolve(first.id() + ".1.0.0.nupkg"), second.bytes());
        var next = Packages.of(first.id().value(), "2.0.0", 20);
        Files.write(share.resolve(first.id() + ".2.0.0.nupkg"), next.bytes());
        assertThat(
                        configured(
                                        "share-through-" + count,
                                        "{\"kind\":\"FOLDER\",\"url\":\"%s\",\"readThrough\":{\"ids\":[\"%s\"]}}"
                                                .formatted(share, first.id()))
                                .statusCode())
                .isEqualTo(201);
        // The rule that says more decides.
        assertThat(versions(first).body()).isEqualTo("{\"versions\":[\"1.0.0\",\"2.0.0\"]}");
        assertThat(download(next).body()).isEqualTo(next.bytes());
        assertThat(
                        Http.get(
                                        "/nuget/v3/registrations/plain/%s/2.0.0.json"
                                                .formatted(first.id().lower()))
                                .body())
                .contains("The shop's face");
        HttpResponse<byte[]> refused = download(first);
        assertThat(refused.statusCode()).isEqualTo(502);
        assertThat(new String(refused.body(), UTF_8)).contains("other bytes");
    }

    @Test
    void many_who_want_a_package_at_once_cause_one_download() throws Exception {
        var nupkg = held("Web", "1.0.0");
        readThrough(family + ".*");
        var gate = new CountDownLatch(1);
        outside.gate = gate;
        var request = Http.request(nupkg.flatPath(), TestKeys.READ).build();
        var answers =
                List.of(
                        Http.CLIENT.sendAsync(request, BodyHandlers.ofByteArray()),
                        Http.CLIENT.sendAsync(request, BodyHandlers.ofByteArray()),
                        Http.CLIENT.sendAsync(request, BodyHandlers.ofByteArray()));
        await().atMost(StagecoachResource.PATIENCE).until(() -> outside.downloads() > 0);
        gate.countDown();
        for (CompletableFuture<HttpResponse<byte[]>> answer : answers) {
            assertThat(answer.get().body()).isEqualTo(nupkg.bytes());
        }
        assertThat(outside.downloads()).isEqualTo(1);
    }

    /** The rest of it is asked for by whoever comes next: nothing but the disk remembers. */
    @Test
    void what_came_of_a_download_that_broke_off_stays_on_the_disk_and_is_gone_on_with()
            throws Exception {
        var nupkg = held("Web", "1.0.0");
        readThrough(family + ".*");
        int half = nupkg.bytes().length / 2;
        // A connection that breaks takes with it what was not read yet.
        var arrived = new CountDownLatch(1);
        outside.pause = arrived;
        outside.breaksOff = true;
        var broken =
                Http.CLIENT.sendAsync(
                        Http.request(nupkg.flatPath(), TestKeys.READ).build(),
                        BodyHandlers.ofByteArray());
        await().atMost(StagecoachResource.PATIENCE)
                .until(() -> Files.exists(partial(nupkg)) && Files.size(partial(nupkg)) == half);
        arrived.countDown();
        assertThat(broken.get().statusCode()).isEqualTo(502);
        assertThat(outside.ranges).containsExactly("-");
        assertThat(Files.size(partial(nupkg))).isEqualTo(half);

        assertThat(download(nupkg).body()).isEqualTo(nupkg.bytes());
        assertThat(outside.ranges).containsExactly("-", "bytes=%d-".formatted(half));
        assertThat(partial(nupkg)).doesNotExist();
    }

    /** What a disk did to it meanwhile is found by its digest, and it begins again. */
    @Test
    void a_rest_that_fits_nothing_is_thrown_away() throws Exception {
        var nupkg = held("Web", "1.0.0");
        readThrough(family + ".*");
        Files.write(partial(nupkg), new byte[100]);
        assertThat(download(nupkg).statusCode()).isEqualTo(502);
        assertThat(partial(nupkg)).doesNotExist();
        assertThat(download(nupkg).body()).isEqualTo(nupkg.bytes());
        assertThat(outside.ranges).containsExactly("bytes=100-", "-");
    }

    private Path partial(Packages.Nupkg nupkg) {
        return Path.of(folder).resolve("partial").resolve(nupkg.sha512().hex());
    }

    @Test
    void only_what_a_feed_is_allowed_for_is_asked_and_never_for_another_stagecoach()
            throws Exception {
        var nupkg = held("Web", "1.0.0");
        assertThat(versions(nupkg).statusCode()).isEqualTo(404);
        readThrough(family + ".Core");
        assertThat(versions(nupkg).statusCode()).isEqualTo(404);
        assertThat(download(nupkg).statusCode()).isEqualTo(404);
        assertThat(outside.asked).isEmpty();

        readThrough(family + ".Web");
        var another = Http.request(nupkg.flatPath(), TestKeys.READ).header("Via", "1.1 stagecoach");
        assertThat(Http.send(another).statusCode()).isEqualTo(404);
        assertThat(outside.asked).isEmpty();
        assertThat(download(nupkg).body()).isEqualTo(nupkg.bytes());
    }

    @Test
    void what_is_configured_is_told_and_mistakes_have_their_place() throws Exception {
        readThrough(family + ".*", "Other." + family);
        HttpResponse<String> read = Http.get("/api/v1/feeds/through-" + count);
        assertThat(read.body())
                .contains(
                        "\"readThrough\":{\"ids\":[\"%1$s.*\",\"other.%1$s\"]}"
                                .formatted(family.toLowerCase(Locale.ROOT)));
        var again = configured("through-" + count, read.body());
        assertThat(again.headers().firstValue("ETag")).isEqualTo(read.headers().firstValue("ETag"));

        assertThat(configured("second-" + count, outside.settings(family + ".*")).body())
                .contains("/readThrough/ids", "already");
        assertThat(configured("second-" + count, outside.settings("a b")).body())
                .contains("/readThrough/ids/0", "names no ids");
        assertThat(
                        configured(
                                        "second-" + count,
                                        "{\"kind\":\"FOLDER\",\"url\":\"/x\",\"readThrough\":{}}")
                                .body())
                .contains("/readThrough/ids");
    }
}
