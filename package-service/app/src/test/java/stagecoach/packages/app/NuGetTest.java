package stagecoach.packages.app;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.inject.Inject;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import stagecoach.packages.server.blob.folder.FolderBlobStore;
import stagecoach.packages.server.ingest.Archive;
import stagecoach.runtime.test.TestKeys;

@PackageServiceTest
class NuGetTest {
    @Inject FolderBlobStore blobs;

    @ConfigProperty(name = "STAGECOACH_PACKAGE_DIR")
    String folder;

    @Test
    void what_was_pushed_in_chunks_is_read_whole_and_in_ranges() throws Exception {
        var nupkg = Packages.of(Packages.freshId(), "1.0.0-Beta.2", 3_000_000);

        HttpResponse<String> pushed = Http.send(Http.push(nupkg.bytes()).expectContinue(true));

        assertThat(pushed.statusCode()).as(pushed.body()).isEqualTo(201);
        var whole = Http.bytes(Http.request(nupkg.flatPath(), TestKeys.READ));
        assertThat(whole.statusCode()).isEqualTo(200);
        assertThat(whole.body()).isEqualTo(nupkg.bytes());
        String etag = whole.headers().firstValue("ETag").orElseThrow();
        assertThat(etag).isEqualTo("\"" + nupkg.sha512().hex() + "\"");
        var part =
                Http.bytes(
                        Http.request(nupkg.flatPath(), TestKeys.READ)
                                .header("Range", "bytes=1000000-"));
        assertThat(part.statusCode()).isEqualTo(206);
        assertThat(part.body())
                .isEqualTo(Arrays.copyOfRange(nupkg.bytes(), 1_000_000, nupkg.bytes().length));
        assertThat(part.headers().firstValue("Content-Range"))
                .contains(
                        "bytes 1000000-%d/%d"
                                .formatted(nupkg.bytes().length - 1, nupkg.bytes().length));
        for (String begunWith : List.of(etag, "\"others\"")) {
            var rest =
                    Http.bytes(
                            Http.request(nupkg.flatPath(), TestKeys.READ)
                                    .header("Range", "bytes=1000000-")
                                    .header("If-Range", begunWith));
            assertThat(rest.statusCode()).isEqualTo(begunWith.equals(etag) ? 206 : 200);
        }
        var head = Http.bytes(Http.request(nupkg.flatPath(), TestKeys.READ).HEAD());
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.headers().firstValueAsLong("Content-Length"))
                .hasValue(nupkg.bytes().length);
        assertThat(
                        Http.bytes(
                                        Http.request(nupkg.flatPath(), TestKeys.READ)
                                                .header("If-None-Match", etag))
                                .statusCode())
                .isEqualTo(304);
        assertThat(
                        Http.bytes(
                                        Http.request(nupkg.flatPath(), TestKeys.READ)
                                                .header("Range", "bytes=99999999-"))
                                .statusCode())
                .isEqualTo(416);
    }

    @Test
    void versions_and_nuspec_are_found_under_lower_case() throws Exception {
        var first = Packages.of(Packages.freshId(), "1.10.0", 10);
        var second = Packages.of(first.id().value(), "1.9.0-RC.1", 10);
        Http.pushed(first.bytes());
        Http.pushed(second.bytes());
        String base = "/nuget/v3/flatcontainer/" + first.id().lower();

        HttpResponse<String> versions = Http.get(base + "/index.json");

        assertThat(versions.body()).isEqualTo("{\"versions\":[\"1.9.0-rc.1\",\"1.10.0\"]}");
        HttpResponse<String> nuspec = Http.get(base + "/1.10.0/" + first.id().lower() + ".nuspec");
        assertThat(nuspec.statusCode()).isEqualTo(200);
        assertThat(nuspec.body()).contains("<id>" + first.id().value() + "</id>");
        assertThat(Http.get(base + "/3.0.0/" + first.id().lower() + ".3.0.0.nupkg").statusCode())
                .isEqualTo(404);
        assertThat(Http.get("/nuget/v3/flatcontainer/no.such/index.json").statusCode())
                .isEqualTo(404);
    }

    @Test
    void the_service_index_has_the_addresses_by_which_the_client_came() throws Exception {
        HttpResponse<String> direct = Http.get("/nuget/v3/index.json?semVerLevel=2.0.0");
        HttpResponse<String> behindAnIngress =
                Http.send(
                        Http.request("/nuget/v3/index.json")
                                .header("Authorization", Http.basic(TestKeys.READ.key()))
                                .header("X-Forwarded-Proto", "https")
                                .header("X-Forwarded-Host", "packages.example:8443"));
        HttpResponse<String> atAnotherPort =
                Http.send(
                        Http.request("/nuget/v3/index.json", TestKeys.READ)
                                .header("X-Forwarded-Proto", "https")
                                .header("X-Forwarded-Host", "packages.example")
                                .header("X-Forwarded-Port", "8443")
                                .header("X-Forwarded-Prefix", "/prefix"));
        HttpResponse<String> belowAPrefix =
                Http.send(
                        Http.request("/nuget/v3/index.json", TestKeys.READ)
                                .header("X-Forwarded-Proto", "https")
                                .header("X-Forwarded-Host", "packages.example")
                                .header("X-Forwarded-Prefix", "/prefix"));

        assertThat(direct.body())
                .contains(
                        "\"http://127.0.0.1:%d/nuget/v3/flatcontainer/\"".formatted(Http.port()),
                        "\"http://127.0.0.1:%d/nuget/v3/package\"".formatted(Http.port()));
        assertThat(behindAnIngress.body())
                .contains("\"https://packages.example:8443/nuget/v3/flatcontainer/\"");
        assertThat(atAnotherPort.body())
                .contains("\"https://packages.example:8443/prefix/nuget/v3/flatcontainer/\"");
        assertThat(belowAPrefix.body())
                .contains(
                        "\"https://packages.example/prefix/nuget/v3/flatcontainer/\"",
                        "\"https://packages.example/prefix/nuget/v3/package\"");
    }

    @Test
    void of_two_pushes_of_one_version_at_once_one_is_taken_and_one_refused() throws Exception {
        String id = Packages.freshId();
        List<byte[]> rivals =
                IntStream.range(0, 4)
                        .mapToObj(i -> Packages.of(id, "1.0.0", 50_000).bytes())
                        .toList();
        List<Integer> answers;
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            answers =
                    rivals.stream()
                            .map(
                                    rival ->
                                            CompletableFuture.supplyAsync(
                                                    () -> statusOf(rival), threads))
                            .toList()
                            .stream()
                            .map(CompletableFuture::join)
                            .sorted()
                            .toList();
        }

        assertThat(answers).containsExactly(201, 409, 409, 409);
        byte[] kept =
                Http.bytes(Http.request(Packages.of(id, "1.0.0", 1).flatPath(), TestKeys.READ))
                        .body();
        assertThat(rivals).anyMatch(rival -> Arrays.equals(rival, kept));
    }

    private static int statusOf(byte[] nupkg) {
        try {
            return Http.pushed(nupkg);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void the_same_bytes_twice_are_a_conflict_that_says_so() throws Exception {
        var nupkg = Packages.fresh();
        Http.pushed(nupkg.bytes());

        HttpResponse<String> again = Http.send(Http.push(nupkg.bytes()));

        assertThat(again.statusCode()).isEqualTo(409);
        assertThat(again.body()).contains("is there already, with the same content.");
    }

    @Test
    void a_hostile_push_is_refused_with_a_sentence_and_leaves_nothing() throws Exception {
        String id = Packages.freshId();
        byte[] traversal =
                Archive.withNuspec(Archive.nuspec(id, "1.0.0"))
                        .file("../../etc/cron.d/evil", "x")
                        .bytes();
        byte[] truncated = Arrays.copyOf(Packages.fresh().bytes(), 200);
        long before = filesIn(Path.of(folder));

        HttpResponse<String> climbed = Http.send(Http.push(traversal));
        HttpResponse<String> cut = Http.send(Http.push(truncated));
        HttpResponse<String> noForm =
                Http.send(
                        Http.request("/nuget/v3/package", TestKeys.ADMIN)
                                .PUT(BodyPublishers.ofString("PK")));

        assertThat(climbed.statusCode()).isEqualTo(400);
        assertThat(climbed.body()).contains("..");
        assertThat(cut.statusCode()).isEqualTo(400);
        assertThat(noForm.statusCode()).isEqualTo(400);
        assertThat(noForm.body()).contains("multipart/form-data");
        assertThat(Http.get("/nuget/v3/flatcontainer/" + id + "/index.json").statusCode())
                .isEqualTo(404);
        assertThat(filesIn(Path.of(folder))).isEqualTo(before);
    }

    private static long filesIn(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).count();
        }
    }

    @Test
    void reading_and_pushing_take_a_key_that_may() throws Exception {
        byte[] nupkg = Packages.fresh().bytes();
        HttpResponse<String> nobody = Http.send(Http.request("/nuget/v3/index.json"));
        HttpResponse<String> reader =
                Http.send(Http.push(nupkg).setHeader("X-NuGet-ApiKey", TestKeys.READ.key()));
        HttpResponse<String> pusher =
                Http.send(
                        withoutKey(Http.push(nupkg))
                                .header("Authorization", Http.basic(TestKeys.PUSH.key())));

        assertThat(nobody.statusCode()).isEqualTo(401);
        assertThat(nobody.headers().firstValue("WWW-Authenticate").orElseThrow())
                .startsWith("Basic");
        assertThat(reader.statusCode()).isEqualTo(403);
        assertThat(pusher.statusCode()).isEqualTo(201);
    }

    private static HttpRequest.Builder withoutKey(HttpRequest.Builder request) {
        return request.setHeader("X-NuGet-ApiKey", " ");
    }

    /** As nuget 2.8.7 on Mono does it. */
    @Test
    void an_old_client_pushes_with_http_1_0_and_bare_line_feeds() throws Exception {
        var nupkg = Packages.fresh();
        assertThat(OldClient.push("/nuget/v3/package/", nupkg)).startsWith("HTTP/1.0 201");
        assertThat(blobs.has(nupkg.sha512())).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "PUT, /api/v1/caches/eu-1",
        "PUT, /api/v1/feeds/large",
        "POST, /nuget/v3/package/shop.web/1.0.0",
        "DELETE, /nuget/v3/package/shop.web/1.0.0",
        "PUT, /nuget/v3/packages",
        "PUT, /nuget/v3/package/shop.web/1.0.0",
        "POST, /nuget/v2",
        "DELETE, /nuget/v2/shop.web/1.0.0",
        "PUT, /nuget/v2s"
    })
    void a_body_that_is_no_push_may_not_be_large(String method, String path) throws Exception {
        byte[] large = new byte[2 << 20];
        HttpResponse<String> told =
                Http.send(
                        Http.request(path, TestKeys.ADMIN)
                                .method(method, BodyPublishers.ofByteArray(large)));

        assertTooLarge(told);
    }

    private static void assertTooLarge(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(413);
        assertThat(answer.body()).contains("https://stagecoach.example/api/problems/too-large");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api/v1/caches/eu-1", "/api/v1/feeds/large"})
    void json_that_comes_in_chunks_may_not_be_large_either(String path) throws Exception {
        var digits = "1".repeat(2 << 20).getBytes(StandardCharsets.UTF_8);
        HttpResponse<String> inChunks =
                Http.send(
                        Http.request(path, TestKeys.ADMIN)
                                .header("Content-Type", "application/json")
                                .PUT(BodyPublishers.ofByteArrays(List.of(digits))));

        assertTooLarge(inChunks);
    }

    @Test
    void a_push_may_be_large_and_what_is_no_push_as_large_as_allowed() throws Exception {
        assertThat(Http.pushed(Packages.of(Packages.freshId(), "1.0.0", 3 << 20).bytes()))
                .isEqualTo(201);
        HttpResponse<String> spaces =
                Http.send(
                        Http.request("/api/v1/caches/eu-1", TestKeys.CONFIGURE)
                                .PUT(BodyPublishers.ofString(" ".repeat(1_000_000))));
        assertThat(spaces.statusCode()).as(spaces.body()).isEqualTo(400);
    }
}
