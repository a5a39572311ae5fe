package stagecoach.cli.operation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import stagecoach.wire.StagecoachJson;

/** What is limited, and what is told of it. */
class LimitCommandTest {
    private KeptDocuments server;

    @BeforeEach
    void start() throws IOException {
        server = new KeptDocuments();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void a_limit_changes_alone_and_0_takes_it_away() {
        server.put(
                "/regions/eu",
                "{\"id\":\"eu\",\"name\":\"Europe\",\"serverFallback\":false,\"bytesPerSecondMax\":null,\"transfersMax\":4}");

        assertThat(server.run("limit", "region", "eu", "--bytes-per-second-max", "5000000"))
                .contains("5000000", "4");
        assertThat(server.document("/regions/eu"))
                .isEqualTo(
                        StagecoachJson.read(
                                "{\"id\":\"eu\",\"name\":\"Europe\",\"serverFallback\":false,\"transfersMax\":4,\"bytesPerSecondMax\":5000000}",
                                JsonNode.class));

        server.run("limit", "region", "eu", "--transfers-max", "0");
        assertThat(server.document("/regions/eu").has("transfersMax")).isFalse();
        assertThat(server.document("/regions/eu").path("bytesPerSecondMax").asLong())
                .isEqualTo(5_000_000);
    }

    @Test
    void without_options_it_is_shown_and_nothing_is_written() {
        String before = "{\"id\":\"eu-1\",\"bytesPerSecondMax\":null,\"transfersMax\":2}";
        server.put("/caches/eu-1", before);

        assertThat(server.run("limit", "cache", "eu-1").lines().toList())
                .containsExactly("BYTES A SECOND  PACKAGES AT ONCE", "-               2");
        assertThat(server.document("/caches/eu-1"))
                .isEqualTo(StagecoachJson.read(before, JsonNode.class));
    }

    @Test
    void a_target_is_shown_with_its_caches_the_nearest_first() {
        server.put(
                "/targets/web-1",
                "{\"id\":\"web-1\",\"region\":\"eu\",\"health\":{\"state\":\"HEALTHY\"}}");
        server.put("/caches", "{\"items\":[{\"id\":\"eu-1\"},{\"id\":\"eu-2\"}]}");
        server.put(
                "/caches/eu-1/latencies",
                "{\"items\":[{\"machine\":\"target:web-1\",\"millis\":40,\"at\":\"2026-11-29T08:00:00Z\"},{\"machine\":\"target:web-2\",\"millis\":1,\"at\":\"2026-11-29T08:00:00Z\"}]}");
        server.put(
                "/caches/eu-2/latencies",
                "{\"items\":[{\"machine\":\"target:web-1\",\"millis\":7,\"at\":\"2026-11-29T08:00:00Z\"}]}");

        assertThat(server.run("target", "show", "web-1").lines().toList())
                .containsExactly(
                        "web-1",
                        "health  HEALTHY",
                        "region  eu",
                        "CACHE  MS  TOLD",
                        "eu-2   7   2026-11-29 08:00:00Z",
                        "eu-1   40  2026-11-29 08:00:00Z");
        assertThat(
                        StagecoachJson.read(
                                        server.run("target", "show", "web-1", "--json"),
                                        JsonNode.class)
                                .path("latencies")
                                .path(0)
                                .path("cache")
                                .asText())
                .isEqualTo("eu-2");
    }
}
