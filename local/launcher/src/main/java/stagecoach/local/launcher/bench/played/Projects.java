package stagecoach.local.launcher.bench.played;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import stagecoach.local.launcher.installation.LocalMachines;
import stagecoach.wire.StagecoachJson;

/** Projects that played machines are deployed to by, and their deployments. */
final class Projects {
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    /** Whoever looks costs what is measured; the end itself is told by the server. */
    private static final long POLL_MILLIS = 500;

    private final LocalMachines stack;

    /** On {@code stack}. */
    Projects(LocalMachines stack) {
        this.stack = stack;
    }

    /**
     * A deployment that has ended.
     *
     * @param millis from the request to its end
     */
    record Ended(String id, double millis) {}

    /** Deploys a project's release, to its end. */
    Ended deploy(String project) throws IOException, InterruptedException {
        Instant began = Instant.now();
        String id =
                stack.api()
                        .postOnce(
                                "/deployments",
                                Map.of(
                                        "project",
                                        project,
                                        "release",
                                        "1.0.0",
                                        "environment",
                                        Fleet.ENVIRONMENT),
                                UUID.randomUUID().toString())
                        .path("id")
                        .asText();
        long giveUp = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < giveUp) {
            JsonNode now = stack.api().get("/deployments/" + id);
            JsonNode end = now.path("endedAt");
            if (end.isTextual()) {
                if (!now.path("state").asText().equals("SUCCEEDED")) {
                    throw new IOException(
                            "a measured deployment should have succeeded: "
                                    + now.path("failure").asText());
                }
                return new Ended(
                        id, Duration.between(began, Instant.parse(end.asText())).toNanos() / 1e6);
            }
            TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
        }
        throw new IOException("a measured deployment did not end: " + id);
    }

    /** A project with these steps, and its release. */
    void release(String project, List<Map<String, Object>> steps) {
        put("/projects/" + project, Map.of("name", project));
        put("/projects/" + project + "/process", Map.of("steps", steps));
        stack.api().post("/projects/" + project + "/releases", Map.of("version", "1.0.0"));
    }

    /** A step that brings a package through the server. */
    static Map<String, Object> packageStep(String name, String id, String tag) {
        return Map.of(
                "name",
                name,
                "kind",
                "PACKAGE",
                "runOn",
                Map.of("tags", List.of(tag)),
                "package",
                Map.of("feed", "built-in", "id", id, "acquisitionLocation", "SERVER"));
    }

    /** A step whose script does nothing. */
    static Map<String, Object> script(String name, String phase, String tag) {
        return Map.of(
                "name",
                name,
                "kind",
                "SCRIPT",
                "phase",
                phase,
                "runOn",
                Map.of("tags", List.of(tag)),
                "script",
                Map.of("syntax", "SH", "body", "true"));
    }

    private void put(String path, Map<String, Object> body) {
        stack.api().put(path, StagecoachJson.mapper().valueToTree(body));
    }
}
