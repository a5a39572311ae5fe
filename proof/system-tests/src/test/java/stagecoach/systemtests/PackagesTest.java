package stagecoach.systemtests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static stagecoach.systemtests.Traced.LEAVE;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import stagecoach.packages.server.foreign.FeedOutside;
import stagecoach.packages.server.foreign.ForeignServer;
import stagecoach.systemtests.Terminal.Answer;

/**
 * Packages of ours and of a feed outside, on their way to two regions whose caches are a shared
 * folder and a NuGet server of others.
 */
@InOneWhole
class PackagesTest {
    private static final List<String> ISLE = List.of("isle-1", "isle-2");
    private static final List<String> FAR = List.of("far-1", "far-2");

    private Whole whole;
    private Traced traced;
    private Terminal terminal;
    private Path folder;
    private Path share;
    private String key = "";
    private FeedOutside outside;
    private FeedOutside open;
    private ForeignServer theirs;

    @BeforeAll
    void start(Whole shared, @TempDir Path temporary) throws Exception {
        whole = shared;
        folder = temporary;
        traced = Traced.in(folder, whole);
        Path adminKey = whole.home().resolve("secrets").resolve("admin-key");
        key = Files.readString(adminKey).strip();
        terminal = new Terminal(whole.api().base(), adminKey);
        share = Files.createDirectory(folder.resolve("share"));
        outside = new FeedOutside();
        open = new FeedOutside();
        open.open = true;
        theirs = new ForeignServer();
        whole.startTargets("abroad", "isle", ISLE);
        whole.startTargets("abroad", "far", FAR);
        Path manifest =
                Files.writeString(
                        folder.resolve("abroad.yaml"),
                        MANIFEST.formatted(
                                traced.folderOfLines(),
                                outside.port(),
                                FeedOutside.PASSWORD,
                                share.toUri().getPath().replaceAll("/$", ""),
                                theirs.index(),
                                ForeignServer.KEY,
                                open.port()));
        typed("apply", "--yes", "--file", manifest.toString());
    }

    @AfterAll
    void stop() {
        outside.close();
        open.close();
        theirs.close();
    }

    @Test
    void
            packages_cross_into_each_region_once_as_foretold_whatever_its_cache_is_and_where_they_are_from()
                    throws Exception {
        Packed own = Packed.of(folder, "Abroad.Own", 3_000_000);
        Packed lib = Packed.of(folder, "Outside.Lib", 1_000_000);
        long both = own.pin().size() + lib.pin().size();
        typed("push", own.file().toString());
        outside.hold(lib.pin(), lib.bytes(), "Outside.Core");
        typed("release", "create", "abroad", "1.0.0");
        // At this rate it would take longer than anybody waits here.
        typed("limit", "region", "isle", "--bytes-per-second-max", "1000");
        Map<String, Long> foretold = links(previewed("abroad", "1.0.0"));

        String id = typed("deploy", "abroad", "1.0.0", "--to", "abroad", "--detach").strip();
        Whole.patiently()
                .until(() -> states(id, FAR), states -> states.equals(List.of("SUCCEEDED")));
        assertThat(states(id, ISLE)).doesNotContain("SUCCEEDED");
        Whole.patiently().until(this::bytesInShare, bytes -> bytes > 0);
        typed("limit", "region", "isle", "--bytes-per-second-max", "0");

        traced.endsAs(id, "SUCCEEDED");
        assertThat(links(whole.acquired(id)))
                .isEqualTo(foretold)
                .containsEntry("server to isle", both)
                .containsEntry("server to far", both);
        assertThat(theirs.bytesTaken()).as("pushed once").isEqualTo(both);
        assertThat(theirs.bytesGiven()).as("read there by both").isEqualTo(2 * both);
        assertThat(bytesInShare()).as("written once").isEqualTo(both);
        assertThat(outside.bytesGiven()).as("read outside once").isEqualTo(lib.pin().size());
        for (Packed packed : List.of(own, lib)) {
            assertThat(share.resolve("blobs").resolve(packed.pin().sha512().value()))
                    .hasSameBinaryContentAs(packed.file());
            assertOnMachines(packed);
        }
        List<String> lines = new ArrayList<>();
        Stream.concat(ISLE.stream(), FAR.stream())
                .forEach(target -> lines.add(id + " use " + target));
        assertThat(traced.of(id)).containsExactlyInAnyOrderElementsOf(lines);

        assertThat(links(previewed("abroad", "1.0.0"))).as("all is there").isEmpty();
        long before = outside.bytesGiven();
        assertThat(restored(lib)).isEqualTo(lib.bytes());
        assertThat(outside.bytesGiven()).as("a build reads what is stored").isEqualTo(before);
    }

    @Test
    void machines_read_from_the_feed_itself_what_is_to_come_from_there_as_foretold()
            throws Exception {
        Packed lib = Packed.of(folder, "Open.Lib", 500_000);
        open.hold(lib.pin(), lib.bytes(), "Open.Core");
        typed("release", "create", "direct", "1.0.0");
        Map<String, Long> foretold = links(previewed("direct", "1.0.0"));

        String id = typed("deploy", "direct", "1.0.0", "--to", "abroad", "--detach").strip();

        traced.endsAs(id, "SUCCEEDED");
        long size = lib.pin().size();
        assertThat(links(whole.acquired(id)))
                .isEqualTo(foretold)
                .isEqualTo(Map.of("feed:open to isle", 2 * size, "feed:open to far", 2 * size));
        assertThat(open.bytesGiven())
                .as("for the release, and to each machine")
                .isEqualTo(5 * size);
        assertOnMachines(lib);
    }

    @Test
    void invariant_9_a_kill_in_the_middle_of_a_download_from_outside_costs_no_byte_twice()
            throws Exception {
        Packed late = Packed.of(folder, "Outside.Late", 8_000_000);
        outside.hold(late.pin(), late.bytes(), "Outside.Core");
        var pause = new CountDownLatch(1);
        long before = outside.bytesGiven();
        // So that it is known which process is at it.
        whole.holdBack("package-service-2");
        try {
            outside.ranges.clear();
            outside.pause = pause;
            var creating =
                    CompletableFuture.supplyAsync(
                            () -> type("release", "create", "cut-off", "1.0.0"));
            Path partial =
                    whole.home().resolve("packages/partial").resolve(late.pin().sha512().hex());
            Whole.patiently()
                    .until(
                            () -> Files.exists(partial) ? Files.size(partial) : 0,
                            size -> size > late.pin().size() / 3);

            whole.kill("package-service");
            outside.pause = null;
            pause.countDown();

            if (creating.join().exit() != 0) {
                Whole.patiently()
                        .until(
                                () -> type("release", "create", "cut-off", "1.0.0"),
                                one -> one.exit() == 0);
            }
        } finally {
            whole.release("package-service-2");
            pause.countDown();
        }
        String id = typed("deploy", "cut-off", "1.0.0", "--to", "abroad", "--detach").strip();

        traced.endsAs(id, "SUCCEEDED");
        assertThat(outside.ranges).hasSize(2).first().isEqualTo("-");
        assertThat(outside.ranges.getLast()).matches("bytes=[1-9]\\d+-");
        assertThat(outside.bytesGiven() - before)
                .as("but for what was in the line when it died")
                .isBetween(late.pin().size(), late.pin().size() + late.pin().size() / 4);
        assertOnMachines(late);
        whole.awaitAllReady();
    }

    private void assertOnMachines(Packed packed) {
        Stream.concat(ISLE.stream(), FAR.stream())
                .forEach(
                        target ->
                                assertThat(
                                                whole.homeOf(target)
                                                        .resolve("packages")
                                                        .resolve(packed.pin().sha512().value()))
                                        .as(target)
                                        .hasSameBinaryContentAs(packed.file()));
    }

    private JsonNode previewed(String project, String release) throws IOException {
        return new ObjectMapper()
                .readTree(typed("preview", project, release, "--to", "abroad", "--json"));
    }

    /** Bytes by link, of a preview or of what was acquired. */
    private static Map<String, Long> links(JsonNode told) {
        Map<String, Long> links = new HashMap<>();
        for (JsonNode link : told.path("links")) {
            links.put(
                    link.path("from").asText() + " to " + link.path("to").asText(),
                    link.path("bytes").asLong());
        }
        return links;
    }

    /** The different states of the packages of some targets. */
    private List<String> states(String deployment, List<String> targets) {
        return whole.api()
                .get("/deployments/" + deployment + "/acquisitions")
                .path("targets")
                .valueStream()
                .filter(row -> targets.contains(row.path("target").asText()))
                .map(row -> row.path("state").asText())
                .distinct()
                .toList();
    }

    /** Of packages, whole or not: the mark by which the folder is known is none. */
    private long bytesInShare() throws IOException {
        try (Stream<Path> files = Files.walk(share)) {
            long bytes = 0;
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                bytes += file.endsWith("stagecoach-cache.txt") ? 0 : Files.size(file);
            }
            return bytes;
        }
    }

    /** What a build server gets that knows one source alone. */
    private byte[] restored(Packed packed) throws Exception {
        String id = packed.pin().id().lower();
        var request =
                HttpRequest.newBuilder(
                                whole.api()
                                        .base()
                                        .resolve(
                                                "/nuget/v3/flatcontainer/%1$s/1.0.0/%1$s.1.0.0.nupkg"
                                                        .formatted(id)))
                        .header(
                                "Authorization",
                                "Basic "
                                        + Base64.getEncoder()
                                                .encodeToString(("ci:" + key).getBytes(UTF_8)))
                        .build();
        try (var client = HttpClient.newHttpClient()) {
            return client.send(request, BodyHandlers.ofByteArray()).body();
        }
    }

    private String typed(String... words) {
        Answer answer = type(words);
        assertThat(answer.exit()).as("%s %s", List.of(words), answer).isZero();
        return answer.out();
    }

    private Answer type(String... words) {
        return terminal.type(words);
    }

    private static final String MANIFEST =
            """
            version: 1
            environments: { abroad: {} }
            regions: { isle: {}, far: {} }
            feeds:
              outside:
                kind: NUGET
                url: http://127.0.0.1:%2$d/v3/index.json
                credentials: { username: anyone, password: "%3$s" }
                readThrough: { ids: ["Outside.*"] }
              open:
                kind: NUGET
                url: http://127.0.0.1:%7$d/v3/index.json
                machinesRead: true
            caches:
              isle-share: { kind: FOLDER, region: isle, url: "file://%4$s" }
              far-theirs: { kind: NUGET, region: far, url: "%5$s", credentials: { apiKey: "%6$s" } }
            projects:
              abroad:
                variables: [ { name: Traces, value: "%1$s" }, { name: Here, value: "#{Stagecoach.Target.Id}" } ]
                steps:
                  - name: use
                    runOn: { tags: [abroad] }
                    packages: [ { id: Abroad.Own }, { id: Outside.Lib, feed: outside } ]
                    script: { body: 'test -f "#{Stagecoach.Package[Abroad.Own].Directory}/noise.bin" && test -f "#{Stagecoach.Package[Outside.Lib].Directory}/noise.bin" && LEAVE' }
              direct:
                variables: [ { name: Traces, value: "%1$s" }, { name: Here, value: "#{Stagecoach.Target.Id}" } ]
                steps:
                  - name: use
                    runOn: { tags: [abroad] }
                    packages: [ { id: Open.Lib, feed: open, source: FEED } ]
                    script: { body: 'test -f "#{Stagecoach.Package[Open.Lib].Directory}/noise.bin" && LEAVE' }
              cut-off:
                variables: [ { name: Traces, value: "%1$s" }, { name: Here, value: "#{Stagecoach.Target.Id}" } ]
                steps:
                  - name: use
                    runOn: { tags: [abroad] }
                    packages: [ { id: Outside.Late, feed: outside } ]
                    script: { body: 'LEAVE' }
            """
                    .replace("LEAVE", LEAVE);
}
