package stagecoach.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import stagecoach.cli.client.Unreachable;
import stagecoach.local.launcher.demo.Nupkg;

/**
 * Machines that are away or come late, and cancels at any moment, over the whole system: judged by
 * the lines that scripts left on their machines. Scripts wait for files, so that a test says how
 * far a deployment has come.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AwayAndCancelTest {
    private Whole whole;
    private Path traces;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        whole = Whole.start(folder.resolve("stagecoach"));
        whole.startMachines(List.of("web-1", "web-2"), "web", "worker-1", "hq");
        traces = Files.createDirectories(folder.resolve("traces"));
        whole.apply(
                Files.writeString(folder.resolve("stagecoach.yaml"), MANIFEST),
                Map.of("TRACES", traces.toString()));
        Path file = Files.writeString(folder.resolve("tool"), "a tool");
        whole.api().push(Nupkg.pack(folder, "Whole.Tools", "1.0.0", Map.of("tool", file)));
        for (String project :
                List.of("skipping", "waiting", "late", "before", "acquiring", "guided", "trying")) {
            whole.api().post("/projects/" + project + "/releases", Map.of("version", "1.0.0"));
        }
    }

    @AfterAll
    void end() throws Exception {
        if (whole != null) {
            whole.end();
        }
    }

    @Test
    void a_machine_that_is_away_at_the_start_is_left_out_where_the_step_says_so() throws Exception {
        whole.holdBack("tentacle-web-2");
        awaitHealth("web-2", "UNAVAILABLE");
        String id = whole.deploy("skipping", "1.0.0");
        endsAs(id, "SUCCEEDED");
        whole.release("tentacle-web-2");
        awaitHealth("web-2", "HEALTHY");
        assertThat(of(id)).containsExactly(id + " touch web-1");
    }

    @Test
    void a_machine_that_is_away_at_the_start_is_waited_for_where_the_step_says_so()
            throws Exception {
        whole.holdBack("tentacle-web-2");
        awaitHealth("web-2", "UNAVAILABLE");
        String id = whole.deploy("waiting", "1.0.0");
        await(id, "RUNNING");
        whole.release("tentacle-web-2");
        endsAs(id, "SUCCEEDED");
        assertThat(of(id)).containsExactlyInAnyOrder(id + " touch web-1", id + " touch web-2");
    }

    @Test
    void a_target_that_joins_late_gets_its_packages_before_its_steps() throws Exception {
        String id = whole.deploy("late", "1.0.0");
        awaitLine(id + " open worker-1");
        whole.startTarget("web-3", "late");
        open(id);
        endsAs(id, "SUCCEEDED");
        assertThat(of(id)).containsExactlyInAnyOrder(id + " open worker-1", id + " use web-3");
    }

    @Test
    void cancelled_before_the_acquisition_nothing_follows_but_always_steps() throws Exception {
        String id = whole.deploy("before", "1.0.0");
        awaitLine(id + " open worker-1");
        cancel(id);
        endsAs(id, "CANCELLED");
        assertThat(of(id)).containsExactlyInAnyOrder(id + " open worker-1", id + " close worker-1");
    }

    @Test
    void cancelled_in_the_acquisition_nothing_follows_but_always_steps() throws Exception {
        whole.holdBack("package-service");
        whole.holdBack("package-service-2");
        String id = whole.deploy("acquiring", "1.0.0");
        awaitPhase(id, "ACQUISITION");
        cancel(id);
        whole.release("package-service");
        whole.release("package-service-2");
        endsAs(id, "CANCELLED");
        whole.awaitAllReady();
        assertThat(of(id)).containsExactly(id + " close worker-1");
    }

    @Test
    void cancelled_in_the_deployment_what_runs_is_ended_and_always_steps_run() throws Exception {
        String id = whole.deploy("acquiring", "1.0.0");
        awaitLine(id + " use web-1");
        awaitLine(id + " use web-2");
        cancel(id);
        endsAs(id, "CANCELLED");
        open(id);
        assertThat(of(id))
                .containsExactlyInAnyOrder(
                        id + " use web-1", id + " use web-2", id + " close worker-1");
    }

    @Test
    void cancelled_during_an_interruption_always_steps_run_at_once() throws Exception {
        String id =
                whole.api()
                        .postOnce(
                                "/deployments",
                                Map.of(
                                        "project",
                                        "guided",
                                        "release",
                                        "1.0.0",
                                        "environment",
                                        "production",
                                        "guidedFailure",
                                        true),
                                UUID.randomUUID().toString())
                        .path("id")
                        .asText();
        await(id, "PAUSED");
        cancel(id);
        endsAs(id, "CANCELLED");
        assertThat(of(id))
                .containsExactlyInAnyOrder(
                        id + " fail web-1", id + " fail web-2", id + " close worker-1");
    }

    @Test
    void cancelled_during_the_back_off_of_a_retry_no_other_try_follows() throws Exception {
        String id = whole.deploy("trying", "1.0.0");
        Whole.patiently()
                .ignoreException(Unreachable.class)
                .untilAsserted(
                        () ->
                                assertThat(
                                                whole.api()
                                                        .get(
                                                                "/events?type=StepTryFailed&deployment="
                                                                        + id)
                                                        .path("items"))
                                        .hasSize(2));
        cancel(id);
        endsAs(id, "CANCELLED");
        assertThat(of(id))
                .containsExactlyInAnyOrder(
                        id + " try web-1", id + " try web-2", id + " close worker-1");
    }

    /** Lets the scripts of a deployment that wait go on. */
    private void open(String deployment) throws Exception {
        Files.createFile(traces.resolveSibling("go-" + deployment));
    }

    private void cancel(String id) {
        whole.api().post("/deployments/" + id + "/cancel", Map.of());
    }

    private void endsAs(String id, String state) {
        JsonNode ended = whole.ended(id);
        assertThat(ended.path("state").asText()).as("%s", ended).isEqualTo(state);
    }

    private void await(String id, String state) {
        Whole.patiently()
                .ignoreException(Unreachable.class)
                .until(
                        () -> whole.api().get("/deployments/" + id).path("state").asText(),
                        state::equals);
    }

    private void awaitPhase(String id, String phase) {
        Whole.patiently()
                .ignoreException(Unreachable.class)
                .until(
                        () ->
                                whole.api()
                                        .get("/deployments/" + id)
                                        .path("phases")
                                        .findValuesAsText("phase"),
                        phases -> phases.contains(phase));
    }

    private void awaitHealth(String target, String state) {
        Whole.patiently()
                .ignoreException(Unreachable.class)
                .until(
                        () -> whole.api().get("/targets/" + target).at("/health/state").asText(),
                        state::equals);
    }

    private void awaitLine(String line) {
        Whole.patiently().until(() -> Whole.traces(traces), lines -> lines.contains(line));
    }

    private List<String> of(String deployment) throws Exception {
        return Whole.traces(traces).stream().filter(line -> line.startsWith(deployment)).toList();
    }

    private static final String LEAVE =
            "echo \"#{Stagecoach.Deployment.Id} #{Stagecoach.Step.Name} #{Here}\" >> \"#{Traces}/#{Here}\"";

    private static final String WAIT =
            "while test ! -e \"#{Traces}/../go-#{Stagecoach.Deployment.Id}\"; do sleep 0.1; done";

    private static String project(String name, String... steps) {
        return """
              %s:
                variables:
                  - { name: Traces, value: "${env:TRACES}" }
                  - { name: Here, value: '#{if Stagecoach.Target.Id}#{Stagecoach.Target.Id}#{else}#{Stagecoach.Worker.Id}#{/if}' }
                steps:
            """
                        .formatted(name)
                + String.join("", steps);
    }

    private static String step(String name, String where, String more, String... body) {
        return "      - { name: %s, runOn: %s, %s script: { body: '%s' } }\n"
                .formatted(name, where, more, String.join("; ", body));
    }

    private static final String WEB = "{ tags: [web] }";
    private static final String HQ = "{ workerPool: hq }";
    private static final String TOOLS = "packages: [{ id: Whole.Tools }],";
    private static final String CLOSE = step("close", HQ, "condition: ALWAYS,", LEAVE);

    private static final String MANIFEST =
            "version: 1\nenvironments: { production: {} }\nworkerPools: { hq: {} }\nprojects:\n"
                    + project("skipping", step("touch", WEB, "unavailableTargets: SKIP,", LEAVE))
                    + project(
                            "waiting",
                            step("touch", WEB, "unavailableTargets: WAIT, waitFor: PT2M,", LEAVE))
                    + project(
                            "late",
                            step("open", HQ, "phase: PRE_ACQUISITION,", LEAVE, WAIT),
                            step(
                                    "use",
                                    "{ tags: [late] }",
                                    TOOLS,
                                    "test -f \"#{Stagecoach.Package[Whole.Tools].Directory}/tool\"",
                                    LEAVE))
                    + project(
                            "before",
                            step("open", HQ, "phase: PRE_ACQUISITION,", LEAVE, WAIT),
                            step("use", WEB, TOOLS, LEAVE),
                            CLOSE)
                    + project(
                            "acquiring",
                            step("use", WEB, TOOLS, LEAVE, WAIT),
                            step("after", WEB, "", LEAVE),
                            CLOSE)
                    + project("guided", step("fail", WEB, "", LEAVE, "exit 1"), CLOSE)
                    + project(
                            "trying",
                            step(
                                    "try",
                                    WEB,
                                    "retries: { max: 3, backoff: PT1H },",
                                    LEAVE,
                                    "exit 1"),
                            CLOSE);
}
