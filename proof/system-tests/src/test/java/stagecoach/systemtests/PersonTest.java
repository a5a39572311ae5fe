package stagecoach.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import stagecoach.cli.client.Unreachable;
import stagecoach.systemtests.Terminal.Answer;

/**
 * A person at a terminal answers what deployments ask, lets acquired ones proceed and schedules
 * them, while the orchestrator is killed under the questions.
 */
@InOneWhole
class PersonTest {
    private Whole whole;
    private Terminal terminal;
    private Path traces;
    private int releases;

    @BeforeAll
    void start(Whole shared, @TempDir Path folder) throws Exception {
        whole = shared;
        terminal =
                new Terminal(
                        whole.api().base(), whole.home().resolve("secrets").resolve("admin-key"));
        traces = Files.createDirectories(folder.resolve("traces"));
        Path manifest = Files.writeString(folder.resolve("stagecoach.yaml"), MANIFEST);
        whole.apply(manifest, Map.of("TRACES", traces.toString()));
    }

    @Test
    void questions_survive_a_kill_are_answered_once_and_what_succeeded_is_not_repeated()
            throws Exception {
        Path broken = Files.createFile(traces.resolve("broken-web-2"));
        String id = deploy("--guided-failure");

        String go = question(id, "MANUAL_INTERVENTION");
        assertThat(type("deployment", "interruptions", id).out())
                .contains("Is the shop quiet?", "resolve " + go + " PROCEED|ABORT");
        whole.kill("orchestrator");
        whole.awaitAllReady();
        assertThat(type("deployment", "resolve", go, "retry"))
                .returns(3, Answer::exit)
                .extracting(Answer::err)
                .asString()
                .contains("Choose PROCEED or ABORT");
        assertThat(answeredAtOnce(go, "proceed")).containsExactlyInAnyOrder(0, 3);

        String how = question(id, "GUIDED_FAILURE");
        assertThat(type("deployment", "interruptions", id).out())
                .contains("step \"change\" on web-2", "RETRY|IGNORE|EXCLUDE|ABORT");
        Files.delete(broken);
        whole.kill("orchestrator");
        whole.awaitAllReady();
        assertThat(type("deployment", "resolve", how, "RETRY", "--notes", "disk", "--detach"))
                .returns(0, Answer::exit);

        assertThat(whole.ended(id).path("state").asText()).isEqualTo("SUCCEEDED");
        assertThat(of(id))
                .containsExactlyInAnyOrder(
                        id + " drain web-1",
                        id + " change web-1",
                        id + " drain web-2",
                        id + " change web-2");
        assertThat(type("deployment", "interruptions", id).out())
                .contains("PROCEED by admin", "RETRY by admin", ": disk");
    }

    @Test
    void a_cancel_closes_the_question() throws Exception {
        String id = deploy();
        String go = question(id, "MANUAL_INTERVENTION");

        assertThat(type("deployment", "cancel", id).exit()).isZero();

        assertThat(whole.ended(id).path("state").asText()).isEqualTo("CANCELLED");
        assertThat(type("deployment", "resolve", go, "PROCEED"))
                .returns(3, Answer::exit)
                .extracting(Answer::err)
                .asString()
                .contains("not open any more");
        assertThat(of(id)).isEmpty();
    }

    @Test
    void what_was_scheduled_and_only_acquired_starts_after_a_kill_and_proceeds_at_a_word()
            throws Exception {
        Instant due = Instant.now().plusSeconds(5);
        String id = deploy("--acquire-only", "--not-before", due.toString());
        whole.kill("orchestrator");
        await(id, "STAGED");
        assertThat(Instant.parse(deployment(id).path("startedAt").asText())).isAfterOrEqualTo(due);

        assertThat(type("limit", "deployment", id, "--transfers-max", "2").exit()).isZero();
        whole.kill("orchestrator");
        whole.awaitAllReady();
        assertThat(type("limit", "deployment", id).out()).containsPattern("- +2");
        assertThat(type("deployment", "proceed", id, "--detach").exit()).isZero();
        String go = question(id, "MANUAL_INTERVENTION");
        assertThat(type("deployment", "resolve", go, "PROCEED", "--detach").exit()).isZero();

        assertThat(whole.ended(id).path("state").asText()).isEqualTo("SUCCEEDED");
        assertThat(of(id)).hasSize(4);
    }

    private String deploy(String... more) {
        String release = "1.0." + ++releases;
        assertThat(type("release", "create", "house", release).exit()).isZero();
        var words =
                new java.util.ArrayList<>(
                        List.of("deploy", "house", release, "--to", "production", "--detach"));
        words.addAll(List.of(more));
        Answer answer = type(words.toArray(String[]::new));
        assertThat(answer.exit()).as(answer.err()).isZero();
        return answer.out().strip();
    }

    /** The open question of a deployment, when there is one of that kind. */
    private String question(String deployment, String kind) {
        return Whole.patiently()
                .ignoreException(Unreachable.class)
                .until(
                        () ->
                                whole
                                        .api()
                                        .list("/deployments/" + deployment + "/interruptions")
                                        .stream()
                                        .filter(asked -> asked.path("kind").asText().equals(kind))
                                        .filter(asked -> !asked.hasNonNull("resolvedAt"))
                                        .map(asked -> asked.path("id").asText())
                                        .findFirst()
                                        .orElse(""),
                        id -> !id.isEmpty());
    }

    private List<Integer> answeredAtOnce(String interruption, String choice) throws Exception {
        Callable<Integer> answer =
                () -> type("deployment", "resolve", interruption, choice, "--detach").exit();
        try (var people = Executors.newFixedThreadPool(2)) {
            return people.invokeAll(List.of(answer, answer)).stream()
                    .map(java.util.concurrent.Future::resultNow)
                    .toList();
        }
    }

    private void await(String id, String state) {
        Whole.patiently()
                .ignoreException(Unreachable.class)
                .untilAsserted(
                        () -> {
                            JsonNode seen = deployment(id);
                            assertThat(seen.path("state").asText()).as("%s", seen).isEqualTo(state);
                        });
    }

    private JsonNode deployment(String id) {
        return whole.api().get("/deployments/" + id);
    }

    private Answer type(String... words) {
        return terminal.type(words);
    }

    private List<String> of(String deployment) throws Exception {
        return Whole.traces(traces).stream().filter(line -> line.startsWith(deployment)).toList();
    }

    private static final String MANIFEST =
            """
            version: 1
            environments: { production: {} }
            workerPools: { hq: {} }
            projects:
              house:
                variables:
                  - { name: Traces, value: "${env:TRACES}" }
                steps:
                  - name: open
                    phase: PRE_ACQUISITION
                    runOn: { workerPool: hq }
                    script: { syntax: BASH, body: 'echo open' }
                  - name: go
                    kind: MANUAL_INTERVENTION
                    manual: { instructions: "Is the shop quiet?" }
                  - name: alive
                    kind: HEALTH_CHECK
                    runOn: { tags: [pair] }
                  - name: swap
                    kind: GROUP
                    runOn: { tags: [pair] }
                    rolling: { window: 1 }
                    steps:
                      - name: drain
                        script: { syntax: BASH, body: 'echo "#{Stagecoach.Deployment.Id} drain #{Stagecoach.Target.Id}" >> "#{Traces}/#{Stagecoach.Target.Id}"' }
                      - name: change
                        script: { syntax: BASH, body: 'test ! -e "#{Traces}/broken-#{Stagecoach.Target.Id}" && echo "#{Stagecoach.Deployment.Id} change #{Stagecoach.Target.Id}" >> "#{Traces}/#{Stagecoach.Target.Id}"' }
            """;
}
