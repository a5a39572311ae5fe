package stagecoach.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import stagecoach.local.launcher.demo.Nupkg;
import stagecoach.local.launcher.installation.Checkout;

/**
 * Whoever copies an example of docs/openapi.yaml gets what it says: each is sent as it stands
 * there, but for the names of things that other tests have. It is taken, or what it is about is not
 * there or in another state; no example is refused for what it is.
 */
@InOneWhole
class ExamplesTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String DEPLOYMENT = "{deployment}";

    /** Where each goes, in an order in which one makes what the next needs. */
    private static final List<Map.Entry<String, String>> ADDRESSES =
            List.of(
                    Map.entry("putProcess", "/projects/examples/process"),
                    Map.entry("createRelease", "/projects/examples/releases"),
                    Map.entry("createDeployment", "/deployments"),
                    Map.entry("putDeploymentBudget", "/deployments/{deployment}/budget"),
                    Map.entry("proceedDeployment", "/deployments/{deployment}/proceed"),
                    Map.entry("resolveInterruption", "/interruptions/{deployment}-9/resolve"),
                    Map.entry("cancelDeployment", "/deployments/{deployment}/cancel"),
                    Map.entry("retryDeployment", "/deployments/{deployment}/retry"),
                    Map.entry("enrol", "/enrolments"),
                    Map.entry("putFeed", "/feeds/examples"),
                    Map.entry("putPause", "/pauses/examples"),
                    Map.entry("runScript", "/scripts"),
                    Map.entry("upgradeTarget", "/targets/examples-none/upgrade"),
                    Map.entry("putTaskLimit", "/task-limit"));

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @Test
    void every_example_of_the_document_is_taken(Whole whole, @TempDir Path folder)
            throws Exception {
        List<ApiOperation> shown =
                ApiOperation.all(Checkout.find().root().resolve("docs/openapi.yaml")).stream()
                        .filter(operation -> !examplesOf(operation).isEmpty())
                        .toList();
        assertThat(ADDRESSES)
                .extracting(Map.Entry::getKey)
                .containsExactlyInAnyOrderElementsOf(shown.stream().map(ApiOperation::id).toList());
        Path page = Files.writeString(folder.resolve("index.html"), "hello");
        whole.api().push(Nupkg.pack(folder, "Examples.Web", "1.4.0", Map.of("index.html", page)));
        whole.api().put("/projects/examples", JSON.createObjectNode());
        whole.api()
                .put(
                        "/projects/examples/variables",
                        JSON.readTree(
                                """
                                {"variables": [{"name": "Change.Ticket",
                                  "prompt": {"label": "Ticket", "required": true}}]}"""));
        JsonNode tasksMax = whole.api().get("/task-limit");
        String deployment = "none";
        try {
            for (var each : ADDRESSES) {
                ApiOperation operation =
                        shown.stream()
                                .filter(one -> one.id().equals(each.getKey()))
                                .findFirst()
                                .orElseThrow();
                for (var example : examplesOf(operation).properties()) {
                    String body = withOwnNames(example.getValue().path("value").toString());
                    HttpResponse<String> answer =
                            send(
                                    whole,
                                    operation.method(),
                                    each.getValue().replace(DEPLOYMENT, deployment),
                                    body);
                    assertThat(answer.statusCode())
                            .as("%s, %s: %s", each.getKey(), example.getKey(), answer.body())
                            .isIn(200, 201, 202, 204, 404, 409);
                    if (each.getKey().equals("createDeployment")) {
                        deployment = JSON.readTree(answer.body()).path("id").asText();
                        assertThat(deployment).isNotEmpty();
                    }
                }
            }
        } finally {
            send(whole, "POST", "/deployments/%s/cancel".formatted(deployment), "{}");
            for (String made : List.of("/pauses/examples", "/feeds/examples")) {
                whole.api().delete(made);
            }
            whole.api().put("/task-limit", tasksMax);
        }
    }

    private static JsonNode examplesOf(ApiOperation operation) {
        return operation.told().at("/requestBody/content/application~1json/examples");
    }

    private static String withOwnNames(String body) {
        return body.replace("\"shop\"", "\"examples\"")
                .replace("Shop.Web", "Examples.Web")
                .replace("\"web-1\"", "\"examples-1\"")
                .replace("\"hq-1\"", "\"examples-2\"");
    }

    private HttpResponse<String> send(Whole whole, String method, String path, String body)
            throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(URI.create(whole.api().base() + "/api/v1" + path))
                        .header("Authorization", "Bearer " + whole.adminKey())
                        .header("Content-Type", "application/json")
                        .method(method, BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
    }
}
