package stagecoach.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.awaitility.core.ConditionFactory;
import stagecoach.cli.client.Unreachable;
import stagecoach.local.launcher.demo.Nupkg;

/**
 * Deployments whose scripts each leave a line on their machine, {@code DEPLOYMENT STEP MACHINE},
 * and may wait until a test lets them go on.
 */
final class Traced {
    /** The part of a script that leaves its line. */
    static final String LEAVE =
            "echo \"#{Stagecoach.Deployment.Id} #{Stagecoach.Step.Name} #{Here}\" >> \"#{Traces}/#{Here}\"";

    /** The part of a script that waits for {@link #open}. */
    static final String WAIT =
            "while test ! -e \"#{Traces}/../go-#{Stagecoach.Deployment.Id}\"; do sleep 0.1; done";

    static final String PAIR = "{ tags: [pair] }";
    static final String HQ = "{ workerPool: hq }";
    static final String TOOLS = "packages: [{ id: Whole.Tools }],";
    static final String CLOSE = step("close", HQ, "condition: ALWAYS,", LEAVE);

    private final Whole whole;
    private final Path folder;
    private final Path traces;

    private Traced(Whole whole, Path folder, Path traces) {
        this.whole = whole;
        this.folder = folder;
        this.traces = traces;
    }

    /** With their lines and packages in {@code folder}. */
    static Traced in(Path folder, Whole whole) throws IOException {
        return new Traced(whole, folder, Files.createDirectories(folder.resolve("traces")));
    }

    /** A project of a manifest, whose scripts know where to leave their lines. */
    static String project(String name, String... steps) {
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

    /** A step with a script; {@code more} are its other fields, each with a comma behind it. */
    static String step(String name, String where, String more, String... body) {
        return "      - { name: %s, runOn: %s, %s script: { body: '%s' } }\n"
                .formatted(name, where, more, String.join("; ", body));
    }

    /** Where the lines are left. */
    Path folderOfLines() {
        return traces;
    }

    /** Writes projects and their environment. */
    void apply(String... projects) throws IOException {
        String manifest =
                "version: 1\nenvironments: { production: {} }\nworkerPools: { hq: {} }\nprojects:\n"
                        + String.join("", projects);
        whole.apply(
                Files.writeString(folder.resolve("stagecoach.yaml"), manifest),
                Map.of("TRACES", traces.toString()));
    }

    /** Pushes a package with one file, and returns it. */
    Path push(String id, String file) throws IOException {
        Path content = Files.writeString(folder.resolve(file), id);
        Path nupkg = Nupkg.pack(folder, id, "1.0.0", Map.of(file, content));
        whole.api().push(nupkg);
        return nupkg;
    }

    /** Lets the scripts of a deployment that wait go on. */
    void open(String deployment) throws IOException {
        Files.createFile(folder.resolve("go-" + deployment));
    }

    void cancel(String id) {
        whole.api().post("/deployments/" + id + "/cancel", Map.of());
    }

    JsonNode endsAs(String id, String state) throws IOException {
        JsonNode ended = whole.ended(id);
        assertThat(ended.path("state").asText()).as("%s", ended).isEqualTo(state);
        return ended;
    }

    void await(String id, String state) {
        patiently()
                .until(
                        () -> whole.api().get("/deployments/" + id).path("state").asText(),
                        state::equals);
    }

    /** The phases that have begun, in their order. */
    List<String> phases(String id) {
        return whole.api().get("/deployments/" + id).path("phases").findValuesAsText("phase");
    }

    void awaitPhase(String id, String phase) {
        patiently().until(() -> phases(id), phases -> phases.contains(phase));
    }

    /** How many events of a type a deployment has. */
    int events(String id, String type) {
        return whole.api().get("/events?type=" + type + "&deployment=" + id).path("items").size();
    }

    void awaitHealth(String target, String state) {
        patiently()
                .until(
                        () -> whole.api().get("/targets/" + target).at("/health/state").asText(),
                        state::equals);
    }

    void awaitLine(String line) {
        Whole.patiently().until(() -> Whole.traces(traces), lines -> lines.contains(line));
    }

    /** The open question of a deployment. */
    String question(String deployment) {
        return patiently()
                .until(
                        () ->
                                whole
                                        .api()
                                        .list("/deployments/" + deployment + "/interruptions")
                                        .stream()
                                        .filter(asked -> !asked.hasNonNull("resolvedAt"))
                                        .map(asked -> asked.path("id").asText())
                                        .findFirst()
                                        .orElse(""),
                        id -> !id.isEmpty());
    }

    /** Waits until a question has been open for longer than {@code age}. */
    void letAge(String interruption, Duration age) {
        String raisedAt =
                whole.api().get("/interruptions/" + interruption).path("raisedAt").asText();
        Instant old = Instant.parse(raisedAt).plus(age);
        patiently().until(Instant::now, now -> now.isAfter(old));
    }

    void answer(String interruption, String choice) {
        whole.api().post("/interruptions/" + interruption + "/resolve", Map.of("choice", choice));
    }

    /** The lines that the scripts of a deployment have left. */
    List<String> of(String deployment) throws IOException {
        return Whole.traces(traces).stream().filter(line -> line.startsWith(deployment)).toList();
    }

    private static ConditionFactory patiently() {
        return Whole.patiently().ignoreException(Unreachable.class);
    }
}
