package stagecoach.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static stagecoach.systemtests.Traced.CLOSE;
import static stagecoach.systemtests.Traced.HQ;
import static stagecoach.systemtests.Traced.LEAVE;
import static stagecoach.systemtests.Traced.project;
import static stagecoach.systemtests.Traced.step;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import stagecoach.cli.client.Unreachable;

/**
 * Packages that come to two of three machines, because the region of the third one has no cache and
 * may not read from the server, and a person who is asked what to do.
 */
@InOneWhole
class GuidedAcquisitionTest {
    private static final String REGION = "guided";
    private static final Map<String, Object> GUIDED = Map.of("guidedFailure", true);

    private Whole whole;
    private Traced traced;
    private Path folder;

    @BeforeAll
    void start(Whole shared, @TempDir Path temporary) throws Exception {
        whole = shared;
        folder = temporary;
        traced = Traced.in(folder, whole);
        traced.apply(
                using("guided-retry", "Guided.Retry"),
                using("guided-exclude", "Guided.Exclude"),
                using("guided-abort", "Guided.Abort"));
    }

    private static String using(String name, String id) {
        return project(
                name,
                step(
                        "use",
                        "{ tags: [pair, alone] }",
                        "packages: [{ id: %s }],".formatted(id),
                        "set -e",
                        "test -f \"#{Stagecoach.Package[%s].Directory}/noise.bin\"".formatted(id),
                        LEAVE),
                step("undo", HQ, "condition: FAILURE,", LEAVE),
                CLOSE);
    }

    @Test
    void what_one_machine_cannot_get_is_retried_there_alone_or_done_without_it_or_given_up()
            throws Exception {
        Packed toRetry = released("guided-retry", "Guided.Retry");
        Packed toExclude = released("guided-exclude", "Guided.Exclude");
        Packed toAbort = released("guided-abort", "Guided.Abort");
        letReadFromServer(false);
        move(Whole.ALONE, REGION);
        try {
            awaitForetold("guided-retry", false);
            String retried = whole.deploy("guided-retry", "1.0.0", GUIDED);
            String without = whole.deploy("guided-exclude", "1.0.0", GUIDED);
            String aborted = whole.deploy("guided-abort", "1.0.0", GUIDED);
            String retry = asked(retried);
            String exclude = asked(without);
            String abort = asked(aborted);

            traced.answer(exclude, "EXCLUDE");
            traced.endsAs(without, "SUCCEEDED");
            Whole.patiently()
                    .ignoreException(Unreachable.class)
                    .until(
                            () ->
                                    !whole.api()
                                            .get("/deployments/" + without)
                                            .path("warnings")
                                            .isEmpty());
            assertThat(traced.of(without))
                    .containsExactlyInAnyOrder(
                            without + " use web-1",
                            without + " use web-2",
                            without + " close worker-1");
            assertThat(holders(toExclude)).isEqualTo(Whole.PAIR);

            traced.answer(abort, "ABORT");
            assertThat(traced.endsAs(aborted, "FAILED").path("failure").asText())
                    .contains("Guided.Abort", "aborted by");
            assertThat(traced.of(aborted))
                    .containsExactlyInAnyOrder(
                            aborted + " undo worker-1", aborted + " close worker-1");
            assertThat(holders(toAbort)).isEqualTo(Whole.PAIR);

            assertThat(traced.of(retried)).isEmpty();
            assertThat(holders(toRetry)).isEqualTo(Whole.PAIR);
            List<Object> before = files(toRetry);
            letReadFromServer(true);
            awaitForetold("guided-retry", true);
            traced.answer(retry, "RETRY");
            traced.endsAs(retried, "SUCCEEDED");
            assertThat(traced.of(retried))
                    .containsExactlyInAnyOrder(
                            retried + " use web-1",
                            retried + " use web-2",
                            retried + " use web-6",
                            retried + " close worker-1");
            assertThat(files(toRetry)).as("the same files, not fetched again").isEqualTo(before);
            long size = toRetry.pin().size();
            var once = Map.of("web-1", size, "web-2", size, "web-6", size);
            // The feed of events may be a moment behind the deployment.
            Whole.patiently()
                    .ignoreException(Unreachable.class)
                    .untilAsserted(() -> assertThat(bytesTold(retried)).isEqualTo(once));
        } finally {
            move(Whole.ALONE, "eu");
        }
    }

    private Packed released(String project, String id) throws IOException {
        Packed packed = Packed.of(folder, id, 200_000);
        whole.api().push(packed.file());
        whole.api().post("/projects/" + project + "/releases", Map.of("version", "1.0.0"));
        return packed;
    }

    private void letReadFromServer(boolean allowed) {
        whole.api()
                .put(
                        "/regions/" + REGION,
                        JsonNodeFactory.instance
                                .objectNode()
                                .put("name", REGION)
                                .put("serverFallback", allowed));
    }

    private void move(String target, String region) {
        var document = (ObjectNode) whole.api().get("/targets/" + target);
        whole.api().put("/targets/" + target, document.put("region", region));
    }

    /** Waits until those who choose the ways know whether the region may read from the server. */
    private void awaitForetold(String project, boolean moves) {
        Map<String, Object> wanted =
                Map.of("project", project, "release", "1.0.0", "environment", "production");
        Whole.patiently()
                .ignoreException(Unreachable.class)
                .until(
                        () ->
                                whole.api()
                                        .post("/deployment-previews", wanted)
                                        .path("links")
                                        .valueStream()
                                        .anyMatch(link -> link.path("to").asText().equals(REGION)),
                        foretold -> foretold == moves);
    }

    /** The question of a deployment, which is about the one machine. */
    private String asked(String deployment) {
        String question = traced.question(deployment);
        JsonNode asked = whole.api().get("/interruptions/" + question);
        assertThat(asked.path("kind").asText()).isEqualTo("GUIDED_FAILURE");
        assertThat(asked.path("phase").asText()).isEqualTo("ACQUISITION");
        assertThat(texts(asked.path("targets"))).containsExactly(Whole.ALONE);
        assertThat(texts(asked.path("choices"))).containsExactly("RETRY", "EXCLUDE", "ABORT");
        assertThat(asked.path("instructions").asText()).contains("serverFallback is false");
        return question;
    }

    private static List<String> texts(JsonNode array) {
        return array.valueStream().map(JsonNode::asText).toList();
    }

    /** Which of the three machines hold a package, by what lies on their disks. */
    private List<String> holders(Packed packed) {
        List<String> holders = new ArrayList<>(Whole.PAIR);
        holders.add(Whole.ALONE);
        holders.removeIf(machine -> Files.notExists(file(machine, packed)));
        return holders;
    }

    /** What the file system knows the two machines' files by. */
    private List<Object> files(Packed packed) throws IOException {
        List<Object> files = new ArrayList<>();
        for (String machine : Whole.PAIR) {
            files.add(
                    Files.readAttributes(file(machine, packed), BasicFileAttributes.class)
                            .fileKey());
        }
        return files;
    }

    private Path file(String machine, Packed packed) {
        return whole.homeOf(machine).resolve("packages").resolve(packed.pin().sha512().value());
    }

    /** By machine, of all runs of a deployment. */
    private Map<String, Long> bytesTold(String deployment) {
        Map<String, Long> bytes = new HashMap<>();
        for (JsonNode event :
                whole.api()
                        .get("/events?type=TargetAcquired&deployment=" + deployment)
                        .path("items")) {
            JsonNode got = event.path("data");
            bytes.merge(got.path("target").asText(), got.path("bytes").asLong(), Long::sum);
        }
        return bytes;
    }
}
