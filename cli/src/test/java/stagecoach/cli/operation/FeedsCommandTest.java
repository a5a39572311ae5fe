package stagecoach.cli.operation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which feeds there are, and who may read the built-in one. */
class FeedsCommandTest {
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
    void feeds_are_listed_with_who_may_read_them() {
        server.put(
                "/feeds",
                "{\"items\":[{\"id\":\"built-in\",\"kind\":\"BUILT_IN\",\"access\":\"PUBLIC\",\"url\":\"http://hq/i\"},{\"id\":\"o\",\"kind\":\"NUGET\",\"access\":null,\"readThrough\":{\"ids\":[\"a.*\",\"b\"]},\"url\":\"http://o/i\"},{\"id\":\"p\",\"kind\":\"NUGET\",\"machinesRead\":true,\"url\":\"http://p/i\"}]}");
        assertThat(server.run("feeds", "list").lines().toList())
                .containsExactly(
                        "FEED      KIND      ACCESS    READ THROUGH  URL",
                        "built-in  BUILT_IN  PUBLIC    -             http://hq/i",
                        "o         NUGET     -         a.* b         http://o/i",
                        "p         NUGET     MACHINES  -             http://p/i");
    }

    @Test
    void access_is_shown_and_changed_as_people_write_it() {
        server.put(
                "/feeds/built-in",
                "{\"id\":\"built-in\",\"kind\":\"BUILT_IN\",\"access\":\"KEYS\",\"credentials\":null}");
        assertThat(server.run("feeds", "access").strip()).isEqualTo("KEYS");
        assertThat(server.run("feeds", "access", "public").strip()).isEqualTo("PUBLIC");
        assertThat(server.document("/feeds/built-in").path("access").asText()).isEqualTo("PUBLIC");
        assertThat(server.run("feeds", "access").strip()).isEqualTo("PUBLIC");
    }
}
