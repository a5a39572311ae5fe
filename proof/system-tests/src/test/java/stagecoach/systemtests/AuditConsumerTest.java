package stagecoach.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code examples/audit-consumer}, a program without any of our code, in processes of its own: one
 * reads the topics, one follows the feed. Both are killed as the orchestrator is.
 */
@InOneWhole
class AuditConsumerTest {
    private static final Path BUILT =
            Path.of(
                    System.getProperty("stagecoach.checkout"),
                    "examples",
                    "audit-consumer",
                    "target");

    private final List<Process> running = new ArrayList<>();
    private Whole whole;
    private Path traces;
    private Packed tools;

    @BeforeAll
    void start(Whole shared, @TempDir Path folder) throws Exception {
        whole = shared;
        traces = Files.createDirectories(folder.resolve("traces"));
        tools = Packed.of(folder, "Audited.Tools", 2_000);
        whole.api().push(tools.file());
        Path manifest = Files.writeString(folder.resolve("stagecoach.yaml"), MANIFEST);
        whole.apply(manifest, Map.of("TRACES", traces.toString()));
    }

    @AfterEach
    void end() throws InterruptedException {
        killAll();
    }

    @Test
    void an_audit_has_one_row_of_each_deployment_whoever_is_killed(@TempDir Path folder)
            throws Exception {
        Path topics = folder.resolve("topics");
        Path feed = folder.resolve("feed");
        readTopics(topics);
        followFeed(feed);

        whole.api().post("/projects/audited/releases", Map.of("version", "1.0.0"));
        String first = whole.deploy("audited", "1.0.0");
        Whole.patiently().until(() -> !Whole.traces(traces).isEmpty());
        whole.kill("orchestrator");
        killAll();
        readTopics(topics);
        followFeed(feed);
        assertThat(whole.ended(first).path("state").asText()).isEqualTo("SUCCEEDED");
        whole.awaitAllReady();
        awaitRow(topics, first);
        awaitRow(feed, first);

        killAll();
        whole.api().post("/projects/audited/releases", Map.of("version", "1.0.1"));
        String second = whole.deploy("audited", "1.0.1");
        assertThat(whole.ended(second).path("state").asText()).isEqualTo("SUCCEEDED");
        // One of them begins only now, and all events come to it that are kept.
        Path late = folder.resolve("late");
        readTopics(topics);
        followFeed(feed);
        readTopics(late);
        for (Path audit : List.of(topics, feed, late)) {
            awaitRow(audit, second);
            assertThat(rows(audit, first)).as("%s", audit).containsExactly(row(first, "1.0.0"));
            assertThat(rows(audit, second)).as("%s", audit).containsExactly(row(second, "1.0.1"));
            Whole.patiently()
                    .untilAsserted(
                            () -> {
                                assertThat(gaps(audit, first)).isEmpty();
                                assertThat(gaps(audit, second)).isEmpty();
                            });
        }
    }

    /** But for its times. */
    private List<String> row(String deployment, String release) {
        return List.of(
                deployment,
                "1",
                "SUCCEEDED",
                whole.api().get("/deployments/" + deployment).path("createdBy").asText(),
                "audited",
                release,
                "production",
                "web-1 web-2",
                "built-in/Audited.Tools 1.0.0 sha512:" + tools.pin().sha512().value());
    }

    private static void awaitRow(Path audit, String deployment) {
        Whole.patiently()
                .untilAsserted(
                        () ->
                                assertThat(rows(audit, deployment))
                                        .as(
                                                "rows of %s in %s, which says %s",
                                                deployment, audit, said(audit))
                                        .isNotEmpty());
    }

    private static String said(Path audit) throws IOException {
        Path log = audit.resolveSibling(audit.getFileName() + ".log");
        return Files.exists(log) ? Files.readString(log) : "nothing";
    }

    private static List<List<String>> rows(Path audit, String deployment) throws IOException {
        Path csv = audit.resolve("deployments.csv");
        if (!Files.exists(csv)) {
            return List.of();
        }
        return Files.readAllLines(csv).stream()
                .filter(line -> line.startsWith(deployment + ","))
                .map(line -> List.of(line.split(",", -1)))
                .peek(cells -> assertThat(cells.subList(8, 11)).map(Instant::parse).isSorted())
                .map(
                        cells -> {
                            var untimed = new ArrayList<>(cells);
                            untimed.subList(8, 11).clear();
                            return List.copyOf(untimed);
                        })
                .toList();
    }

    private static List<String> gaps(Path audit, String deployment) throws IOException {
        JsonNode state = new ObjectMapper().readTree(audit.resolve("state.json").toFile());
        JsonNode streams = state.at("/memory/streams");
        assertThat(streams.has("deployment-" + deployment)).isTrue();
        return streams.properties().stream()
                .filter(stream -> stream.getKey().contains("-" + deployment))
                .filter(stream -> !stream.getValue().path("missing").isEmpty())
                .map(stream -> stream.getKey() + " lacks " + stream.getValue().path("missing"))
                .toList();
    }

    private void readTopics(Path folder) throws IOException, InterruptedException {
        run(folder, "--kafka", whole.kafka());
    }

    private void followFeed(Path folder) throws IOException, InterruptedException {
        run(folder, "--url", whole.api().base().toString());
    }

    private void run(Path folder, String form, String from)
            throws IOException, InterruptedException {
        var program =
                new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-cp",
                        BUILT.resolve("classes") + ":" + BUILT.resolve("lib") + "/*",
                        "audit.AuditConsumer",
                        folder.toString(),
                        form,
                        from);
        program.environment().put("STAGECOACH_API_KEY", whole.adminKey());
        Path log = folder.resolveSibling(folder.getFileName() + ".log");
        program.redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        running.add(program.start());
    }

    private void killAll() throws InterruptedException {
        for (Process process : running) {
            process.destroyForcibly().waitFor();
        }
        running.clear();
    }

    private static final String MANIFEST =
            """
            version: 1
            environments: { production: {} }
            projects:
              audited:
                variables:
                  - { name: Traces, value: "${env:TRACES}" }
                steps:
                  - name: use
                    runOn: { tags: [pair] }
                    packages: [{ id: Audited.Tools }]
                    script: { syntax: BASH, body: 'echo "#{Stagecoach.Deployment.Id}" >> "#{Traces}/#{Stagecoach.Target.Id}"; sleep 2' }
            """;
}
