package stagecoach.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What scripts have collected, in a folder here. */
class ArtifactsTest {
    private static final String LIST = "GET /deployments/d1/artifacts";

    @TempDir Path folder;
    private PlayedServer server;

    @BeforeEach
    void start() throws IOException {
        server = new PlayedServer();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private static String artifact(String id, String name, String content) throws Exception {
        String sha256 =
                HexFormat.of()
                        .formatHex(
                                MessageDigest.getInstance("SHA-256")
                                        .digest(content.getBytes(StandardCharsets.UTF_8)));
        return """
               {"id": "%s", "name": "%s", "size": %d, "sha256": "%s", "step": "test",
                "target": "web-1", "worker": null, "run": 1, "attempt": 1,
                "collectedAt": "2026-11-30T06:00:00Z"}"""
                .formatted(id, name, content.length(), sha256);
    }

    private void holds(String... artifacts) {
        server.answers(
                LIST, "{\"items\": [%s], \"next\": null}".formatted(String.join(",", artifacts)));
    }

    private PlayedServer.Said download(String... more) {
        return server.run(
                Stream.concat(
                                Stream.of(
                                        "deployment",
                                        "artifacts",
                                        "d1",
                                        "--download",
                                        folder.resolve("here").toString()),
                                Stream.of(more))
                        .toArray(String[]::new));
    }

    private List<String> saved() throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile)
                    .map(file -> folder.relativize(file) + ": " + content(file))
                    .sorted()
                    .toList();
        }
    }

    private static String content(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void they_are_listed_for_people_and_for_programs() throws Exception {
        holds(artifact("t-1", "report.txt", "all well"));
        assertThat(server.run("deployment", "artifacts", "d1").out())
                .containsPattern("report.txt +8 B +test +web-1 +1 +2026-11-30 06:00:00Z");
        assertThat(
                        server.run("deployment", "artifacts", "d1", "--json")
                                .documents()
                                .getFirst()
                                .at("/items/0/name")
                                .asText())
                .isEqualTo("report.txt");
    }

    @Test
    void each_is_saved_whatever_it_is_called_and_nothing_that_is_there_is_replaced()
            throws Exception {
        holds(
                artifact("t-1", "../../evil.txt", "one"),
                artifact("t-2", "same.txt", "two"),
                artifact("t-3", "same.txt", "three"));
        server.answers(LIST + "/t-1", "one")
                .answers(LIST + "/t-2", "two")
                .answers(LIST + "/t-3", "three");
        Path place = Files.createDirectories(folder.resolve("here/test/web-1"));
        Files.writeString(place.resolve("same.txt"), "of before");

        for (int time = 0; time < 2; time++) {
            var said = download();
            assertThat(said.exit()).as(said.err()).isZero();
            assertThat(said.out()).contains("same-2.txt");
            assertThat(saved())
                    .containsExactly(
                            "here/test/web-1/_._.._evil.txt: one",
                            "here/test/web-1/same-2.txt: two",
                            "here/test/web-1/same-3.txt: three",
                            "here/test/web-1/same.txt: of before");
        }
        assertThat(download("--json").documents().getFirst().at("/items/0/file").asText())
                .endsWith("evil.txt");
    }

    @Test
    void bytes_that_are_not_those_of_the_list_are_not_saved() throws Exception {
        holds(artifact("t-1", "report.txt", "right"));
        server.answers(LIST + "/t-1", "wrong");
        var said = download();
        assertThat(said.exit()).isNotZero();
        assertThat(said.err()).contains("report.txt came damaged");
        assertThat(saved()).isEmpty();
    }

    @Test
    void a_refusal_is_told_and_leaves_nothing() throws Exception {
        holds(artifact("t-1", "report.txt", "right"));
        server.refuses(LIST + "/t-1", 404, "The bytes of this file are not kept any more.");
        var said = download();
        assertThat(said.exit()).isEqualTo(3);
        assertThat(said.err()).contains("not kept any more");
        assertThat(saved()).isEmpty();
    }
}
