package stagecoach.packages.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import org.junit.jupiter.api.Test;
import stagecoach.runtime.test.TestKeys;
import stagecoach.wire.StagecoachJson;

@PackageServiceTest
class FeedTest {
    @Test
    void the_built_in_feed_always_exists_and_cannot_be_changed() throws Exception {
        assertThat(Http.get("/api/v1/feeds").body())
                .contains("\"id\":\"built-in\"", "\"kind\":\"BUILT_IN\"", "\"next\":null");
        assertThat(Http.get("/api/v1/feeds/built-in").body())
                .contains(
                        "\"url\":\"http://127.0.0.1:%d/nuget/v3/index.json\""
                                .formatted(Http.port()));
        assertThat(Http.get("/api/v1/feeds/nuget-org").statusCode()).isEqualTo(404);
        String builtIn = Http.get("/api/v1/feeds/built-in").body();
        assertThat(Http.put("/api/v1/feeds/built-in", builtIn).statusCode()).isEqualTo(200);
        assertThat(
                        Http.put("/api/v1/feeds/built-in", builtIn.replace("Built-in", "Mine"))
                                .statusCode())
                .isEqualTo(400);
    }

    @Test
    void packages_are_listed_by_page_and_versions_newest_first() throws Exception {
        String id = "Unusual." + Packages.freshId();
        var older = Packages.of(id, "1.9.0", 10);
        var newer = Packages.of(id, "1.10.0", 10);
        var other = Packages.of(id + ".Other", "2.0.0", 10);
        Http.pushed(newer.bytes());
        Http.pushed(older.bytes());
        Http.pushed(other.bytes());

        var first =
                StagecoachJson.mapper()
                        .readTree(
                                Http.get("/api/v1/feeds/built-in/packages?query=unusual&limit=1")
                                        .body());
        var second =
                StagecoachJson.mapper()
                        .readTree(
                                Http.get(
                                                "/api/v1/feeds/built-in/packages?query=UNUSUAL&limit=1&cursor="
                                                        + first.path("next").asText())
                                        .body());
        var newest =
                StagecoachJson.mapper()
                        .readTree(
                                Http.get(
                                                "/api/v1/feeds/built-in/packages/%s/versions?limit=1"
                                                        .formatted(id))
                                        .body());
        var oldest =
                StagecoachJson.mapper()
                        .readTree(
                                Http.get(
                                                "/api/v1/feeds/built-in/packages/%s/versions?limit=1&cursor=%s"
                                                        .formatted(
                                                                id, newest.path("next").asText()))
                                        .body());
        var versions =
                StagecoachJson.mapper()
                        .readTree(
                                Http.get(
                                                "/api/v1/feeds/built-in/packages/%s/versions"
                                                        .formatted(id.toLowerCase(Locale.ROOT)))
                                        .body());

        assertThat(first.path("items").get(0).path("id").asText()).isEqualTo(id);
        assertThat(first.path("items").get(0).path("version").asText()).isEqualTo("1.10.0");
        assertThat(second.path("items").get(0).path("id").asText()).isEqualTo(id + ".Other");
        assertThat(second.path("next").isNull()).isTrue();
        assertThat(newest.path("items").get(0).path("version").asText()).isEqualTo("1.10.0");
        assertThat(oldest.path("items").get(0).path("version").asText()).isEqualTo("1.9.0");
        assertThat(oldest.path("next").isNull()).isTrue();
        assertThat(versions.path("items").get(0).path("version").asText()).isEqualTo("1.10.0");
        assertThat(versions.path("items").get(1).path("sha512").asText())
                .isEqualTo(older.sha512().hex());
        assertThat(versions.path("items").get(1).path("size").asLong())
                .isEqualTo(older.bytes().length);
        assertThat(Http.get("/api/v1/feeds/built-in/packages/no.such/versions").statusCode())
                .isEqualTo(404);
    }

    @Test
    void nobody_reads_feeds_without_a_key() throws Exception {
        assertThat(Http.send(Http.request("/api/v1/feeds")).statusCode()).isEqualTo(401);
        assertThat(Http.send(Http.request("/api/v1/feeds", TestKeys.READ)).statusCode())
                .isEqualTo(200);
    }
}
