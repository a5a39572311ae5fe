package stagecoach.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import stagecoach.cli.client.Unreachable;
import stagecoach.local.launcher.demo.Nupkg;

/**
 * SIGKILL of any one process in the middle of a deployment: it ends right, every script ran once,
 * and what scripts have collected is there.
 */
@InOneWhole
class KillTest {
    private Whole whole;
    private Path traces;
    private int releases;

    @BeforeAll
    void start(Whole shared, @TempDir Path folder) throws Exception {
        whole = shared;
        traces = Files.createDirectories(folder.resolve("traces"));
        Path manifest = Files.writeString(folder.resolve("stagecoach.yaml"), MANIFEST);
        whole.apply(manifest, Map.of("TRACES", traces.toString()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "orchestrator",
                "step-runner",
                "agent-gateway",
                "package-service",
                "kafka",
                "postgres",
                "edge",
                "tentacle-web-2",
                "tentacle-worker-1"
            })
    void invariant_9_a_kill_of_any_process_loses_nothing_and_runs_nothing_twice(String victim)
            throws Exception {
        String release = "1.0." + ++releases;
        whole.api().post("/projects/killed/releases", Map.of("version", release));
        String deployment = whole.deploy("killed", release);
        String moment = victim.equals("tentacle-worker-1") ? "open" : "roll";
        Whole.patiently()
                .until(
                        () ->
                                of(deployment).stream()
                                        .anyMatch(line -> line.contains(" " + moment + " ")));

        whole.kill(victim);

        JsonNode ended = whole.ended(deployment);
        assertThat(ended.path("state").asText())
                .as(ended.path("failure").asText())
                .isEqualTo("SUCCEEDED");
        assertThat(of(deployment)).containsExactlyInAnyOrderElementsOf(expected(deployment));
        whole.awaitAllReady();
        assertThat(collected(deployment))
                .containsExactlyInAnyOrderElementsOf(
                        Whole.TARGETS.stream()
                                .map(
                                        target ->
                                                "%s report.txt of roll on %s"
                                                        .formatted(deployment, target))
                                .toList());
    }

    /** What the scripts have collected, downloaded: each report says whose it is. */
    private List<String> collected(String deployment) throws Exception {
        String path = "/deployments/" + deployment + "/artifacts";
        Whole.patiently()
                .ignoreException(Unreachable.class)
                .until(() -> whole.api().list(path).size() >= Whole.TARGETS.size());
        var reports = new ArrayList<String>();
        for (JsonNode artifact : whole.api().list(path)) {
            var bytes = new ByteArrayOutputStream();
            whole.api().download(path + "/" + artifact.path("id").asText(), bytes);
            assertThat(artifact.path("size").asInt()).isEqualTo(bytes.size());
            assertThat(artifact.path("attempt").asInt()).isEqualTo(1);
            String report = bytes.toString(StandardCharsets.UTF_8).strip();
            assertThat(report).endsWith(" on " + artifact.path("target").asText());
            reports.add(
                    report.replace(
                            " on ",
                            " %s of %s on "
                                    .formatted(
                                            artifact.path("name").asText(),
                                            artifact.path("step").asText())));
        }
        return reports;
    }

    @Test
    void scripts_use_packages_on_every_target_and_on_the_worker(@TempDir Path folder)
            throws Exception {
        Path lib =
                Files.writeString(folder.resolve("lib.sh"), "leave() { echo \"$1\" >> \"$2\"; }");
        Path script =
                Files.writeString(
                        folder.resolve("migrate.sh"),
                        ". ./lib.sh; leave '#{Stagecoach.Deployment.Id} migrate #{Stagecoach.Worker.Id}' '#{Traces}/#{Stagecoach.Worker.Id}'");
        whole.api()
                .push(
                        Nupkg.pack(
                                folder,
                                "Kill.Tools",
                                "1.0.0",
                                Map.of("lib.sh", lib, "scripts/migrate.sh", script)));
        whole.api().post("/projects/tools/releases", Map.of("version", "1.0.0"));
        String deployment = whole.deploy("tools", "1.0.0");

        JsonNode ended = whole.ended(deployment);
        assertThat(ended.path("state").asText())
                .as(ended.path("failure").asText())
                .isEqualTo("SUCCEEDED");
        var expected = new ArrayList<String>();
        Whole.TARGETS.forEach(target -> expected.add(deployment + " look " + target));
        expected.add(deployment + " migrate worker-1");
        assertThat(of(deployment)).containsExactlyInAnyOrderElementsOf(expected);
        var rows = whole.acquired(deployment).path("targets");
        assertThat(rows).hasSize(Whole.TARGETS.size() + 1);
        assertThat(rows)
                .filteredOn(row -> row.path("worker").asText().equals("worker-1"))
                .singleElement()
                .satisfies(row -> assertThat(row.path("state").asText()).isEqualTo("SUCCEEDED"));
    }

    private List<String> of(String deployment) throws Exception {
        return Whole.traces(traces).stream().filter(line -> line.startsWith(deployment)).toList();
    }

    private static List<String> expected(String deployment) {
        var lines = new ArrayList<String>();
        lines.add(deployment + " open worker-1");
        lines.add(deployment + " close worker-1");
        for (String target : Whole.TARGETS) {
            lines.add(deployment + " first " + target);
            lines.add(deployment + " roll " + target);
        }
        return lines;
    }

    private static final String MANIFEST =
            """
            version: 1
            environments: { production: {} }
            workerPools: { hq: {} }
            projects:
              tools:
                variables:
                  - { name: Traces, value: "${env:TRACES}" }
                  - { name: Tools, value: "#{Stagecoach.Package[Kill.Tools].Directory}" }
                steps:
                  - name: look
                    runOn: { tags: [web] }
                    packages: [{ id: Kill.Tools }]
                    script: { body: 'test -f "#{Tools}/scripts/migrate.sh" -a -f "$STAGECOACH_TOOLS/lib.sh" && echo "#{Stagecoach.Deployment.Id} look #{Stagecoach.Target.Id}" >> "#{Traces}/#{Stagecoach.Target.Id}"' }
                  - name: migrate
                    runOn: { workerPool: hq }
                    script: { package: Kill.Tools, path: scripts/migrate.sh }
              killed:
                variables:
                  - { name: Traces, value: "${env:TRACES}" }
                steps:
                  - name: open
                    kind: SCRIPT
                    phase: PRE_ACQUISITION
                    runOn: { workerPool: hq }
                    script: { syntax: BASH, body: 'echo "#{Stagecoach.Deployment.Id} #{Stagecoach.Step.Name} #{Stagecoach.Worker.Id}" >> "#{Traces}/#{Stagecoach.Worker.Id}"; sleep 1; set_stagecoach_variable Token t-1' }
                  - name: first
                    kind: SCRIPT
                    runOn: { tags: [web] }
                    script: { syntax: BASH, body: 'test "#{Stagecoach.Step[open].Output.Token}" = t-1 && echo "#{Stagecoach.Deployment.Id} #{Stagecoach.Step.Name} #{Stagecoach.Target.Id}" >> "#{Traces}/#{Stagecoach.Target.Id}"' }
                  - name: roll
                    kind: SCRIPT
                    runOn: { tags: [web] }
                    rolling: { window: 2 }
                    script: { syntax: BASH, body: 'echo "#{Stagecoach.Deployment.Id} #{Stagecoach.Step.Name} #{Stagecoach.Target.Id}" >> "#{Traces}/#{Stagecoach.Target.Id}"; echo "#{Stagecoach.Deployment.Id} on #{Stagecoach.Target.Id}" > report.txt; new_stagecoach_artifact report.txt || exit; sleep 1' }
                  - name: close
                    kind: SCRIPT
                    condition: ALWAYS
                    runOn: { workerPool: hq }
                    script: { syntax: BASH, body: 'echo "#{Stagecoach.Deployment.Id} #{Stagecoach.Step.Name} #{Stagecoach.Worker.Id}" >> "#{Traces}/#{Stagecoach.Worker.Id}"' }
            """;
}
