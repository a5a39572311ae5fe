package stagecoach.packages.app;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.inject.Inject;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import stagecoach.runtime.aggregate.UnitOfWork;

/** What may be said of a feed outside, and what is kept of it. */
@PackageServiceTest
class FeedSettingsTest {
    private static int count;

    @Inject UnitOfWork unitOfWork;

    private String feed = "";

    @BeforeEach
    void a_feed_of_its_own() {
        count++;
        feed = "settings-" + count;
    }

    private String put(String json) throws Exception {
        HttpResponse<String> response = Http.put("/api/v1/feeds/" + feed, json);
        return response.statusCode() + " " + response.body();
    }

    /** NuGet v3 with credentials. */
    private static String nuget(String password) {
        return "{\"kind\":\"NUGET\",\"url\":\"%s\",\"credentials\":{\"username\":\"reader\",\"password\":\"%s\"}}"
                .formatted(Http.uri("/nuget/v3/index.json"), password);
    }

    @Test
    void a_password_is_taken_sealed_and_never_given() throws Exception {
        assertThat(put(nuget("s3cret"))).startsWith("201").doesNotContain("s3cret");
        HttpResponse<String> read = Http.get("/api/v1/feeds/" + feed);
        assertThat(read.body()).contains("\"username\":\"reader\"").doesNotContain("s3cret");
        byte[] sealed =
                OnVirtualThread.call(
                        () ->
                                unitOfWork.run(
                                        tx ->
                                                (byte[])
                                                        tx.rows(
                                                                        "SELECT password FROM feed WHERE id = ?1",
                                                                        feed)
                                                                .getFirst()[0]));
        assertThat(new String(sealed, StandardCharsets.ISO_8859_1)).doesNotContain("s3cret");

        // Who writes back what he read changes nothing.
        var again =
                Http.put(
                        "/api/v1/feeds/" + feed,
                        read.body(),
                        "If-Match",
                        read.headers().firstValue("ETag").orElseThrow());
        assertThat(again.statusCode()).as(again.body()).isEqualTo(200);
        assertThat(again.headers().firstValue("ETag")).isEqualTo(read.headers().firstValue("ETag"));
        // But no other server gets it.
        assertThat(put(read.body().replace("127.0.0.1", "elsewhere.example")))
                .startsWith("400")
                .contains("/credentials/password");
        assertThat(Http.get("/api/v1/feeds").body()).contains("built-in", feed);
    }

    @Test
    void a_password_that_others_on_the_way_could_read_is_taken_only_if_that_is_wanted()
            throws Exception {
        String readable = nuget("s3cret").replace("127.0.0.1", "nuget.example");

        assertThat(put(readable))
                .startsWith("400")
                .contains("/credentials/password", "\\\"allowInsecureConnections\\\": true");
        assertThat(put(readable.replace("http:", "HTTP:")))
                .startsWith("400")
                .contains("/credentials/password");
        assertThat(put(readable.replace("http:", "https:"))).startsWith("20");
        assertThat(put(readable.replace("http:", "HTTPS:")))
                .startsWith("20")
                .contains("\"url\":\"https://nuget.example");
        assertThat(put(readable.replaceFirst("\\{", "{\"allowInsecureConnections\":true,")))
                .startsWith("20")
                .contains("\"allowInsecureConnections\":true");
    }

    @Test
    void who_does_not_speak_of_insecure_connections_leaves_them_as_they_were() throws Exception {
        String unsaid = nuget("s3cret").replace("127.0.0.1", "nuget.example");
        String allowed = unsaid.replaceFirst("\\{", "{\"allowInsecureConnections\":true,");
        assertThat(put(allowed)).startsWith("201");

        assertThat(put(unsaid)).startsWith("200").contains("\"allowInsecureConnections\":true");
        assertThat(put(unsaid.replace(",\"password\":\"s3cret\"", "")))
                .startsWith("200")
                .contains("\"allowInsecureConnections\":true");
        assertThat(put(unsaid.replace("s3cret", "another")))
                .startsWith("200")
                .contains("\"allowInsecureConnections\":true");
        // A path is no server.
        assertThat(put(unsaid.replace("/v3/", "/other/v3/"))).startsWith("200");

        for (String other :
                List.of(
                        unsaid.replace("reader", "another"),
                        unsaid.replace("nuget.example", "elsewhere.example"),
                        unsaid.replaceFirst("\\{", "{\"allowInsecureConnections\":false,"))) {
            assertThat(put(other)).startsWith("400").contains("/credentials/password");
        }
        assertThat(put(unsaid.replace("http:", "https:")))
                .startsWith("200")
                .contains("\"allowInsecureConnections\":false");
    }

    @Test
    void machines_read_only_what_says_so_and_only_v3_without_credentials() throws Exception {
        String open = "{\"kind\":\"NUGET\",\"url\":\"https://nuget.example/v3/index.json\"}";
        String read = open.replaceFirst("\\{", "{\"machinesRead\":true,");
        assertThat(put(open)).startsWith("201").contains("\"machinesRead\":false");
        assertThat(put(read)).startsWith("200").contains("\"machinesRead\":true");
        assertThat(Http.get("/api/v1/feeds/" + feed).body()).contains("\"machinesRead\":true");
        assertThat(put(open)).startsWith("200").contains("\"machinesRead\":false");

        assertThat(put(nuget("s3cret").replaceFirst("\\{", "{\"machinesRead\":true,")))
                .startsWith("400")
                .contains("/machinesRead", "Machines are not given the credentials of a feed");
        assertThat(put(read.replace("v3/index.json", "api/v2")))
                .startsWith("400")
                .contains("/machinesRead", "Machines read NuGet v3 only");
        assertThat(put("{\"kind\":\"FOLDER\",\"url\":\"/mnt\",\"machinesRead\":true}"))
                .startsWith("400")
                .contains("/machinesRead", "Machines do not see this folder");
    }

    @Test
    void bad_settings_are_refused_by_their_place() throws Exception {
        assertThat(put("{\"kind\":\"FOLDER\",\"url\":\"relative\"}")).contains("no absolute path");
        assertThat(put("{\"kind\":\"NUGET\",\"url\":\"ftp://x\"}")).contains("/url");
        assertThat(put("{\"kind\":\"NUGET\",\"url\":\"https://u:p@x/\"}")).contains("credentials");
        assertThat(put("{\"kind\":\"BUILT_IN\"}")).contains("one built-in feed");
        assertThat(put("{\"kind\":\"NUGET\",\"url\":\"https://x/\",\"downloadAttempts\":0}"))
                .contains("/downloadAttempts");
        assertThat(put("{\"kind\":\"NUGET\",\"url\":\"https://x/\",\"wrong\":1}"))
                .startsWith("400")
                .contains("There is no field \\\"wrong\\\" here");
    }
}
