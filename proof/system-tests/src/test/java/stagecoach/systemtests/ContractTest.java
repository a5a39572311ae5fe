package stagecoach.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import stagecoach.local.launcher.demo.Nupkg;
import stagecoach.local.launcher.installation.Checkout;
import stagecoach.systemtests.Mischief.Attempt;

/**
 * Every operation of docs/openapi.yaml answers as it is documented there, whatever it is sent:
 * never a 5xx, no status that is not listed, refusals as problems with a page, and bodies of the
 * form that is written down. What is sent follows from a seed: {@code -Dcontract.seed=2} tries
 * something else. Everything it makes is called {@code contract}, and what is left of it in the end
 * is in nobody's way.
 */
@InOneWhole
class ContractTest {
    private static final long SEED = Long.getLong("contract.seed", 1);
    private static final int AT_ONCE = 6;
    private static final String PROBLEM = "application/problem+json";
    private static final String MINE = "contract";

    /** They would change for all what others rely on: only what must be refused is sent to them. */
    private static final Set<String> OF_ALL = Set.of("putRetention", "putTaskLimit");

    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(Duration.ofSeconds(10))
                    .build();
    private final Map<String, String> findings = new LinkedHashMap<>();
    private URI base;
    private String key;
    private Path root;
    private List<ApiOperation> operations;
    private final Set<String> keysOfOthers = new HashSet<>();
    private String deployment = "";
    private String apiKey = "";

    /** What came back. */
    private record Answer(int status, String type, String body) {}

    @BeforeAll
    void begin(Whole whole, @TempDir Path folder) throws Exception {
        base = whole.api().base();
        key = whole.adminKey();
        root = Checkout.find().root();
        operations = ApiOperation.all(root.resolve("docs/openapi.yaml"));
        for (JsonNode other : listed("/api/v1/api-keys?limit=500")) {
            keysOfOthers.add(other.path("id").asText());
        }
        for (String path : List.of("environments", "regions", "worker-pools")) {
            made("PUT", "/api/v1/%s/contract".formatted(path), "{}");
        }
        for (var sample : List.of("putTarget", "putWorker", "putCache", "putFeed")) {
            made("PUT", addressOf(operation(sample)), SAMPLES.get(sample));
        }
        made("PUT", "/api/v1/variable-sets/contract", SAMPLES.get("putVariableSet"));
        made("PUT", "/api/v1/projects/contract", SAMPLES.get("putProject"));
        made("PUT", "/api/v1/projects/contract/process", SIMPLE);
        made("POST", "/api/v1/projects/contract/releases", "{\"version\":\"1.0.0\"}");
        deployment = made("POST", "/api/v1/deployments", SAMPLES.get("createDeployment"));
        apiKey = made("POST", "/api/v1/api-keys", SAMPLES.get("createApiKey"));
        Path page = Files.writeString(folder.resolve("index.html"), "hello");
        Path packed = Nupkg.pack(folder, "Contract.Fuzz", "1.0.0", Map.of("index.html", page));
        whole.api().push(packed);
    }

    @Test
    void whatever_is_sent_every_operation_answers_as_it_is_documented() throws Exception {
        List<Callable<Integer>> all = new ArrayList<>();
        for (ApiOperation operation : operations) {
            all.add(() -> tried(operation));
        }
        java.util.Collections.shuffle(all, new Random(SEED));
        int sent = 0;
        try (var threads = Executors.newFixedThreadPool(AT_ONCE)) {
            for (Future<Integer> tried : threads.invokeAll(all)) {
                sent += tried.get();
            }
        }
        System.out.printf("%d requests to %d operations, seed %d%n", sent, operations.size(), SEED);
        assertThat(findings.values())
                .as("answers that are not as documented, the first one of each sort")
                .isEmpty();
        assertThat(sent).isGreaterThan(2_000);
    }

    private int tried(ApiOperation operation) {
        Optional<JsonNode> body = bodyOf(operation);
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Authorization", "Bearer " + key);
        operation.takes().ifPresent(type -> headers.put("Content-Type", concrete(type)));
        var fine =
                new Attempt(
                        "in order",
                        operation.method(),
                        addressOf(operation),
                        headers,
                        operation.takes().isEmpty()
                                ? null
                                : body.map(JsonNode::toString)
                                        .orElse("")
                                        .getBytes(StandardCharsets.UTF_8),
                        false);
        List<Attempt> attempts =
                Mischief.of(
                        operation,
                        new Random(SEED * 31 + operation.id().hashCode()),
                        fine,
                        body,
                        OF_ALL.contains(operation.id()));
        for (Attempt attempt : attempts) {
            judge(operation, attempt);
        }
        return attempts.size();
    }

    private static String concrete(String type) {
        return type.contains("*") ? "application/octet-stream" : type;
    }

    private Optional<JsonNode> bodyOf(ApiOperation operation) {
        if (operation.takes().filter("application/json"::equals).isEmpty()) {
            return Optional.empty();
        }
        String sample = SAMPLES.get(operation.id());
        return Optional.of(sample == null ? operation.example() : read(sample));
    }

    private void judge(ApiOperation operation, Attempt attempt) {
        Answer answer;
        try {
            answer = send(attempt);
        } catch (IOException | InterruptedException e) {
            find(operation, attempt, "no answer", e.toString());
            return;
        }
        try {
            judge(operation, attempt, answer);
        } catch (IllegalArgumentException e) {
            find(operation, attempt, "what is no JSON", answer.toString());
        }
    }

    private void judge(ApiOperation operation, Attempt attempt, Answer answer) {
        String told = answer.status() + " " + answer.type() + " " + answer.body();
        if (answer.status() >= 500) {
            find(operation, attempt, "a " + answer.status(), told);
        } else if (!operation.statuses().contains(Integer.toString(answer.status()))) {
            find(operation, attempt, "an undocumented " + answer.status(), told);
        } else if (answer.status() >= 400) {
            String mistake = mistakeOfProblem(operation, answer);
            if (!mistake.isEmpty()) {
                find(operation, attempt, mistake, told);
            }
        } else if (attempt.wrong()) {
            find(operation, attempt, "taken, and is wrong", told);
        } else {
            String mistake = mistakeOfSuccess(operation, answer);
            if (!mistake.isEmpty()) {
                find(operation, attempt, mistake, told);
            }
        }
    }

    private String mistakeOfProblem(ApiOperation operation, Answer answer) {
        if (operation.method().equals("HEAD")) {
            return "";
        }
        if (!answer.type().startsWith(PROBLEM)) {
            return "a refusal as " + answer.type();
        }
        JsonNode problem = read(answer.body());
        String code = problem.path("type").asText().replaceFirst(".*/api/problems/", "");
        if (!Files.exists(root.resolve("docs/problems").resolve(code + ".md"))) {
            return "a problem without a page: " + code;
        }
        return problem.path("status").asInt() == answer.status()
                        && !problem.path("title").asText().isBlank()
                        && !problem.path("detail").asText().isBlank()
                ? ""
                : "a problem that says too little";
    }

    private static String mistakeOfSuccess(ApiOperation operation, Answer answer) {
        Set<String> types = operation.gives(answer.status());
        if (answer.body().isEmpty() && answer.type().isEmpty()) {
            return operation.saysNothingOf(answer.status()) ? "" : "no body";
        }
        if (types.isEmpty() || operation.method().equals("HEAD")) {
            return answer.body().isEmpty() ? "" : "an undocumented body";
        }
        String type = answer.type().replaceFirst("\\s*;.*", "");
        if (types.stream().noneMatch(told -> told.replaceFirst("\\s*;.*", "").equals(type))) {
            return "an undocumented media type " + answer.type();
        }
        return type.equals("application/json")
                ? operation.mistakes(answer.status(), read(answer.body()))
                : "";
    }

    private synchronized void find(
            ApiOperation operation, Attempt attempt, String what, String told) {
        findings.putIfAbsent(
                operation.id() + " " + what,
                "%n%s: %s%n  to %s (%s %s %s)%n  came %s"
                        .formatted(
                                operation.id(),
                                what,
                                attempt.what(),
                                attempt.method(),
                                Mischief.shortened(attempt.address()),
                                Mischief.shown(attempt.body()),
                                told.substring(0, Math.min(told.length(), 500))));
    }

    /** Streams are left as soon as they have begun. */
    private Answer send(Attempt attempt) throws IOException, InterruptedException {
        byte[] body = attempt.body();
        var request =
                HttpRequest.newBuilder(URI.create(base + attempt.address()))
                        .timeout(Duration.ofSeconds(30))
                        .method(
                                attempt.method(),
                                body == null
                                        ? BodyPublishers.noBody()
                                        : BodyPublishers.ofByteArray(body));
        attempt.headers().forEach(request::header);
        HttpResponse<InputStream> response =
                http.send(request.build(), BodyHandlers.ofInputStream());
        String type = response.headers().firstValue("Content-Type").orElse("");
        boolean packed =
                response.headers()
                        .firstValue("Content-Encoding")
                        .filter("gzip"::equals)
                        .isPresent();
        try (InputStream raw = response.body();
                InputStream answered =
                        packed && !attempt.method().equals("HEAD")
                                ? new GZIPInputStream(raw)
                                : raw) {
            return new Answer(
                    response.statusCode(),
                    type,
                    type.startsWith("text/event-stream")
                            ? ""
                            : new String(answered.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    private static JsonNode read(String json) {
        try {
            return JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("no JSON: " + json, e);
        }
    }

    private ApiOperation operation(String id) {
        return operations.stream().filter(one -> one.id().equals(id)).findFirst().orElseThrow();
    }

    /** Where the things are that this has made; what is removed is one that never was. */
    private String addressOf(ApiOperation operation) {
        if (operation.method().equals("DELETE") || operation.path().endsWith("/rebuild")) {
            return operation.path().replaceAll("\\{[^}]*}", "contract-none");
        }
        String path = operation.path();
        String id =
                path.startsWith("/api/v1/deployments/")
                        ? deployment
                        : path.startsWith("/api/v1/api-keys/")
                                ? apiKey
                                : path.startsWith("/api/v1/agents/")
                                        ? "target:contract"
                                        : path.startsWith("/api/v1/feeds/{id}/packages")
                                                ? "built-in"
                                                : path.startsWith("/nuget/")
                                                        ? "Contract.Fuzz"
                                                        : MINE;
        return path.replace("{id}", id)
                .replace("{version}", "1.0.0")
                .replace("{packageId}", "Contract.Fuzz")
                .replace("{service}", "orchestrator-service")
                .replace("{code}", "not-found")
                .replace("{hive}", "semver2")
                .replace("{path}", "contract.fuzz/index.json")
                .replaceAll("\\{[^}]*}", MINE);
    }

    private String made(String method, String address, String body) throws Exception {
        Answer answer =
                send(
                        new Attempt(
                                "made",
                                method,
                                address,
                                Map.of(
                                        "Authorization",
                                        "Bearer " + key,
                                        "Content-Type",
                                        "application/json"),
                                body.getBytes(StandardCharsets.UTF_8),
                                false));
        assertThat(answer.status()).as("%s %s: %s", method, address, answer.body()).isLessThan(300);
        return read(answer.body()).path("id").asText();
    }

    /** Nobody waits for what was made, or asks it for anything, after this. */
    @AfterAll
    void removeWhatWasMade() throws Exception {
        for (String state : List.of("QUEUED", "RUNNING", "PAUSED", "STAGED")) {
            for (JsonNode open : listed("/api/v1/deployments?limit=500&state=" + state)) {
                boolean mine =
                        open.path("project").asText().equals(MINE)
                                || open.path("environment").asText().equals(MINE);
                if (mine) {
                    quietly("POST", "/api/v1/deployments/%s/cancel", open);
                }
            }
        }
        for (JsonNode made : listed("/api/v1/api-keys?limit=500")) {
            if (!keysOfOthers.contains(made.path("id").asText())) {
                quietly("DELETE", "/api/v1/api-keys/%s", made);
            }
        }
        for (String kind : List.of("pauses", "feeds", "caches", "targets", "workers")) {
            send(signed("DELETE", "/api/v1/%s/contract".formatted(kind)));
        }
    }

    private JsonNode listed(String address) throws IOException, InterruptedException {
        return read(send(signed("GET", address)).body()).path("items");
    }

    private void quietly(String method, String address, JsonNode thing)
            throws IOException, InterruptedException {
        send(signed(method, address.formatted(thing.path("id").asText())));
    }

    private Attempt signed(String method, String address) {
        return new Attempt(
                "clean up", method, address, Map.of("Authorization", "Bearer " + key), null, false);
    }

    private static final String SIMPLE =
            """
            {"steps":[{"name":"greet","kind":"SCRIPT","runOn":{"tags":["contract"]},
              "unavailableTargets":"SKIP","script":{"syntax":"BASH","body":"true"}}]}""";

    /** Bodies in order, of things that are called contract, by the operation that takes them. */
    private static final Map<String, String> SAMPLES =
            Map.ofEntries(
                    Map.entry("putEnvironment", "{\"name\":\"Contract\",\"guidedFailure\":false}"),
                    Map.entry(
                            "putRegion",
                            "{\"name\":\"Contract\",\"serverFallback\":true,\"bytesPerSecondMax\":1000000,\"transfersMax\":2}"),
                    Map.entry("putWorkerPool", "{\"name\":\"Contract\"}"),
                    Map.entry(
                            "putTarget",
                            """
                            {"name":"Contract","environments":["contract"],"tags":["contract"],"region":"contract",
                             "communication":"POLLING","disabled":false}"""),
                    Map.entry(
                            "putWorker",
                            """
                            {"name":"Contract","workerPools":["contract"],"region":"contract",
                             "communication":"POLLING","disabled":false}"""),
                    Map.entry(
                            "putCache",
                            """
                            {"name":"Contract","region":"contract","kind":"NUGET","url":"http://127.0.0.1:1/v3/index.json",
                             "pushUrl":"http://127.0.0.1:1/v3/index.json","credentials":{"username":"a","password":"b"},
                             "allowInsecureConnections":true,"priority":1,"bytesPerSecondMax":1000000,"transfersMax":2}"""),
                    Map.entry(
                            "putFeed",
                            """
                            {"name":"Contract","kind":"NUGET","url":"http://127.0.0.1:1/v3/index.json",
                             "credentials":{"username":"a","password":"b"},"downloadAttempts":1,"downloadBackoff":"PT1S",
                             "bytesPerSecondMax":1000000,"transfersMax":2,"allowInsecureConnections":true,"machinesRead":false}"""),
                    Map.entry(
                            "putVariableSet",
                            """
                            {"name":"Contract","variables":[{"name":"A","value":"1","sensitive":false,
                             "scope":{"environments":["contract"],"targets":["contract"],"tags":["contract"],"regions":["contract"]}}]}"""),
                    Map.entry(
                            "putProjectVariables",
                            """
                            {"variables":[{"name":"B.C","value":"#{A}","scope":{"environments":["contract"],"steps":["greet"]}},
                             {"name":"Secret","value":"s","sensitive":true},
                             {"name":"Ticket","prompt":{"label":"Ticket","required":false}}]}"""),
                    Map.entry(
                            "putProject",
                            """
                            {"name":"Contract","description":"d","lifecycle":[["contract"]],"variableSets":["contract"]}"""),
                    Map.entry(
                            "putProcess",
                            """
                            {"steps":[
                             {"name":"open","kind":"SCRIPT","phase":"PRE_ACQUISITION","runOn":{"workerPool":"contract"},
                              "script":{"syntax":"BASH","body":"true"},"timeout":"PT1M","retries":{"max":1,"backoff":"PT1S"},
                              "mutex":{"name":"m","mode":"SHARED"}},
                             {"name":"greet","kind":"SCRIPT","runOn":{"tags":["contract"]},"condition":"ALWAYS","onlyIf":"true",
                              "script":{"syntax":"BASH","body":"echo #{A}"},"unavailableTargets":"WAIT","waitFor":"PT1M",
                              "environments":["contract"],"rolling":{"window":2}},
                             {"name":"web","kind":"PACKAGE","runOn":{"tags":["contract"]},
                              "package":{"feed":"built-in","id":"Contract.Fuzz","acquisitionLocation":"EXECUTION_TARGET","source":"NEAREST_CACHE"},
                              "install":{"directory":null,"substituteIn":["**/*.properties"],"keepReleases":3},"parallelism":2},
                             {"name":"ask","kind":"MANUAL_INTERVENTION","manual":{"instructions":"Go?","roles":["DEPLOY"]}},
                             {"name":"well","kind":"HEALTH_CHECK","runOn":{"tags":["contract"]},"health":{"unavailable":"SKIP","within":"PT1M"}},
                             {"name":"http","kind":"HTTP_CHECK","runOn":{"tags":["contract"]},
                              "http":{"url":"http://127.0.0.1:1/","method":"GET","status":[200],"bodyMatches":"ok.*","within":"PT1S","every":"PT1S"}},
                             {"name":"group","kind":"GROUP","runOn":{"tags":["contract"]},"rolling":{"window":1},
                              "steps":[{"name":"inner","kind":"SCRIPT","script":{"syntax":"SH","body":"true"}}]}]}"""),
                    Map.entry(
                            "createRelease",
                            "{\"version\":\"2.0.0\",\"packages\":[],\"notes\":\"n\"}"),
                    Map.entry(
                            "createDeployment",
                            """
                            {"project":"contract","release":"1.0.0","environment":"contract","targets":["contract"],"excludeTargets":[],
                             "skipSteps":[],"notBefore":"2099-01-01T00:00:00Z","acquireOnly":false,"forceDownload":false,
                             "guidedFailure":false,"bytesPerSecondMax":1000000,"transfersMax":1,"variables":{},"comment":"c"}"""),
                    Map.entry(
                            "previewDeployment",
                            """
                            {"project":"contract","release":"1.0.0","environment":"contract","targets":["contract"],
                             "notBefore":"2099-01-01T00:00:00Z","notAfter":"2099-01-02T00:00:00Z","acquireOnly":false,"comment":"c"}"""),
                    Map.entry(
                            "runScript",
                            """
                            {"environment":"contract","script":{"syntax":"BASH","body":"true"},"targets":["contract"],
                             "timeout":"PT1M","comment":"c"}"""),
                    Map.entry(
                            "enrol",
                            """
                            {"target":{"id":"contract-2","environments":["contract"],"tags":["contract"],"region":"contract"},"validFor":"PT1H"}"""),
                    Map.entry(
                            "createApiKey",
                            """
                            {"name":"contract","roles":["READ"],"teams":["contract"],"expiresAt":"2099-01-01T00:00:00Z"}"""),
                    Map.entry("proceedDeployment", "{\"at\":\"2099-01-01T00:00:00Z\"}"),
                    Map.entry("retryDeployment", "{\"from\":\"FAILED\"}"),
                    Map.entry("cancelDeployment", "{\"skipCleanup\":false}"),
                    Map.entry("resolveInterruption", "{\"choice\":\"PROCEED\",\"notes\":\"n\"}"),
                    Map.entry(
                            "putPause",
                            "{\"project\":\"contract\",\"environment\":\"contract\",\"reason\":\"r\"}"),
                    Map.entry("upgradeTarget", "{\"version\":\"1.0.0\",\"comment\":\"c\"}"),
                    Map.entry(
                            "putDeploymentBudget",
                            "{\"bytesPerSecondMax\":1000000,\"transfersMax\":1}"));
}
