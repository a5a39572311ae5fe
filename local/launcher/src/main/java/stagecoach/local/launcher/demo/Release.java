package stagecoach.local.launcher.demo;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import stagecoach.cli.client.ApiClient;
import stagecoach.cli.client.ApiProblem;
import stagecoach.local.launcher.installation.Patience;

/** One release of the demo's shop: pushed, created and deployed through the public API alone. */
final class Release {
    private final ApiClient api;
    private final String version;

    Release(ApiClient api, String version) {
        this.api = api;
        this.version = version;
    }

    String version() {
        return version;
    }

    /**
     * Pushes a package; one that is there already is fine, since a try may have been cut off behind
     * its success.
     */
    void push(Path nupkg) throws Exception {
        Patience.with(
                () -> {
                    try {
                        api.push(nupkg);
                    } catch (ApiProblem problem) {
                        if (problem.status() != 409) {
                            throw problem;
                        }
                    }
                    return version;
                });
    }

    /** Creates the release with these versions of packages. */
    JsonNode create(Map<String, String> packages) throws Exception {
        var body =
                Map.of(
                        "version",
                        version,
                        "packages",
                        packages.entrySet().stream()
                                .map(e -> Map.of("package", e.getKey(), "version", e.getValue()))
                                .toList());
        return Patience.with(
                () -> {
                    try {
                        return api.post("/projects/shop/releases", body);
                    } catch (ApiProblem problem) {
                        if (problem.status() != 409) {
                            throw problem;
                        }
                        return api.get("/projects/shop/releases/" + version);
                    }
                });
    }

    /** What deploying it would move. */
    JsonNode preview() throws Exception {
        return Patience.with(() -> api.post("/deployment-previews", request()));
    }

    /** Starts its deployment; the id. */
    String deploy() throws Exception {
        return Patience.with(
                () ->
                        api.postOnce("/deployments", request(), "demo-" + version)
                                .path("id")
                                .asText());
    }

    /**
     * Asks for a new attempt. One whose answer was lost has taken place and is not asked for twice.
     */
    void retry(String deployment) throws Exception {
        Patience.with(
                () -> {
                    JsonNode now = api.get("/deployments/" + deployment);
                    return now.path("attempt").asInt() > 1
                            ? now
                            : api.post(
                                    "/deployments/" + deployment + "/retry",
                                    Map.of("from", "FAILED"));
                });
    }

    private Map<String, String> request() {
        return Map.of("project", "shop", "release", version, "environment", "production");
    }

    /** The deployment's step rows. */
    List<JsonNode> steps(String deployment) throws Exception {
        return Patience.with(() -> api.list("/deployments/" + deployment + "/steps"));
    }
}
