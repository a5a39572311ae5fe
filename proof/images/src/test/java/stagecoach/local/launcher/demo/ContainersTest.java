package stagecoach.local.launcher.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import stagecoach.cli.client.ApiClient;
import stagecoach.cli.manifest.Application;
import stagecoach.cli.manifest.ManifestReader;
import stagecoach.contracts.channel.Channels;
import stagecoach.images.Containers;
import stagecoach.images.Containers.Given;
import stagecoach.images.LocalEngine;
import stagecoach.local.engines.Engines;
import stagecoach.local.engines.FreePort;
import stagecoach.local.launcher.installation.Checkout;
import stagecoach.local.launcher.installation.Topics;
import stagecoach.migration.ServiceSchema;
import stagecoach.trust.CacheCredential;

/** The demo's first release, with every process of Stagecoach in a container of its image. */
class ContainersTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Duration READY_MAX = Duration.ofMinutes(4);
    private static final Duration DEPLOYED_MAX = Duration.ofMinutes(4);
    private static final String ADMIN_KEY = "sc-" + UUID.randomUUID();
    private static final int SERVICE_MEGABYTES = 768;
    private static final int SMALL_MEGABYTES = 384;

    /** Whether it listens to a port of its own, and what for. */
    private enum Way {
        EDGE,
        ORCHESTRATOR,
        STEP_RUNNER,
        PACKAGE_SERVICE,
        AGENT_GATEWAY,
        AGENT,
        BYTES,
        CACHE,
        SHOP_1,
        SHOP_2
    }

    @TempDir Path folder;
    private final Path root = Checkout.find().root();
    private final Map<Way, Integer> ports = freePorts();
    private final String cacheTrust = random();
    private String grantPublicKey = "";

    @Test
    @Timeout(value = 20, unit = TimeUnit.MINUTES)
    void the_demos_first_release_succeeds_with_all_of_stagecoach_in_containers() throws Exception {
        String base = System.getProperty("images.base", "debian:bookworm-slim");
        Optional<String> missing = LocalEngine.missingFor(base);
        // Also where reports are not looked at.
        missing.ifPresent(it -> System.out.println("ContainersTest is skipped: " + it));
        assumeTrue(missing.isEmpty(), () -> "skipped: " + missing.orElseThrow());
        writeSecrets();
        try (Engines engines = Engines.start();
                Containers containers = new Containers()) {
            containers.build(base);
            try {
                migrate(containers, engines);
                Topics.create(engines.kafkaBootstrap(), Channels.all());
                startServices(containers, engines);
                Process edge = startEdge();
                try {
                    play(
                            containers,
                            new ApiClient(URI.create(url(Way.EDGE)), Optional.of(ADMIN_KEY)));
                } finally {
                    edge.destroy();
                }
            } catch (Exception | AssertionError e) {
                System.out.println(containers.tails());
                throw e;
            }
        }
    }

    private void play(Containers containers, ApiClient api) throws Exception {
        awaitAnswer(url(Way.EDGE) + "/api/v1/environments");
        for (String path : List.of("/environments/production", "/regions/eu", "/worker-pools/hq")) {
            name(api, path);
        }
        startCache(containers, api);
        startTentacle(containers, api, "worker-1", Map.of("worker", worker()));
        startTentacle(containers, api, "web-1", Map.of("target", target("web-1")));
        startTentacle(containers, api, "web-2", Map.of("target", target("web-2")));

        apply(api);
        var packages = new DemoPackages(root, folder.resolve("packages"));
        var release = new Release(api, "1.0.0");
        release.push(packages.server("3.13.2"));
        release.push(packages.config("1.0.0"));
        release.create(Map.of(DemoPackages.SERVER, "3.13.2", DemoPackages.CONFIG, "1.0.0"));
        String deployment = release.deploy();

        await().atMost(DEPLOYED_MAX)
                .pollInterval(Duration.ofMillis(500))
                .until(() -> hasEnded(api.get("/deployments/" + deployment)));
        JsonNode ended = api.get("/deployments/" + deployment);
        assertThat(ended.path("state").asText()).as(ended.toPrettyString()).isEqualTo("SUCCEEDED");
        for (Way shop : List.of(Way.SHOP_1, Way.SHOP_2)) {
            assertThat(get(url(shop) + "/shop"))
                    .contains("release 1.0.0", "welcome to the shop in Europe");
        }
        // Its bytes came by the cache, which is a container as well.
        assertThat(api.get("/deployments/" + deployment + "/acquisitions").toString())
                .contains("\"cache\":\"eu-1\"");
    }

    private void migrate(Containers containers, Engines engines) {
        List<String> arguments = new ArrayList<>(List.of("--url", engines.jdbcUrl()));
        arguments.addAll(List.of("--user", engines.postgresUser()));
        for (ServiceSchema each : ServiceSchema.values()) {
            for (String part : List.of("runtime", each.schema())) {
                arguments.addAll(List.of("--schema", each.schema() + "=/migration/" + part));
            }
        }
        String said =
                containers.run(
                        "migration",
                        new Given(
                                256,
                                Map.of("STAGECOACH_POSTGRES_PASSWORD", engines.postgresPassword()),
                                List.of(),
                                arguments));
        assertThat(said).contains("schema orchestrator: ", "schema gateway: ");
    }

    /** As the pods of {@code deploy/k8s}, each at ports of its own, since they share a network. */
    private void startServices(Containers containers, Engines engines) throws Exception {
        String secrets = folder.resolve("secrets") + ":/secrets:ro";
        service(
                containers,
                engines,
                "orchestrator-service",
                Way.ORCHESTRATOR,
                Map.of("STAGECOACH_BOOTSTRAP_KEY_FILE", "/secrets/admin-key"),
                List.of(secrets));
        service(containers, engines, "step-runner", Way.STEP_RUNNER, Map.of(), List.of(secrets));
        service(
                containers,
                engines,
                "package-service",
                Way.PACKAGE_SERVICE,
                Map.of(
                        "STAGECOACH_PACKAGE_DIR", "/packages/store",
                        "STAGECOACH_GRANT_KEY_FILE", "/secrets/grant-key",
                        "STAGECOACH_CACHE_TRUST", cacheTrust),
                List.of(secrets, containers.volume("packages") + ":/packages"));
        service(
                containers,
                engines,
                "agent-gateway",
                Way.AGENT_GATEWAY,
                Map.of(
                        "STAGECOACH_AGENT_HOST",
                        "127.0.0.1",
                        "STAGECOACH_AGENT_PORT",
                        Integer.toString(port(Way.AGENT)),
                        "STAGECOACH_BYTES_PORT",
                        Integer.toString(port(Way.BYTES)),
                        "STAGECOACH_AGENT_IDENTITY",
                        "/identity/gateway",
                        "STAGECOACH_AGENT_PUBLIC_URL",
                        "https://127.0.0.1:" + port(Way.AGENT),
                        "STAGECOACH_BYTES_PUBLIC_URL",
                        "https://127.0.0.1:" + port(Way.BYTES)),
                List.of(secrets, containers.volume("identity") + ":/identity"));
        for (Way each :
                List.of(
                        Way.ORCHESTRATOR,
                        Way.STEP_RUNNER,
                        Way.PACKAGE_SERVICE,
                        Way.AGENT_GATEWAY)) {
            awaitAnswer(url(each) + "/q/health/ready");
        }
        awaitAnswer(url(Way.ORCHESTRATOR) + "/api/v1/environments");
        awaitAnswer(url(Way.PACKAGE_SERVICE) + "/api/v1/caches");
        awaitAnswer(url(Way.AGENT_GATEWAY) + "/api/v1/agents");
    }

    private void service(
            Containers containers,
            Engines engines,
            String image,
            Way way,
            Map<String, String> own,
            List<String> mounts) {
        Map<String, String> environment = new HashMap<>(own);
        environment.put("QUARKUS_HTTP_HOST", "127.0.0.1");
        environment.put("QUARKUS_HTTP_PORT", Integer.toString(port(way)));
        environment.put("STAGECOACH_POD", image);
        environment.put("STAGECOACH_KAFKA", engines.kafkaBootstrap());
        environment.put("STAGECOACH_POSTGRES", engines.postgresAddress());
        environment.put("STAGECOACH_POSTGRES_USER", engines.postgresUser());
        environment.put("STAGECOACH_POSTGRES_PASSWORD", engines.postgresPassword());
        environment.put("STAGECOACH_SERVICE_KEY_FILE", "/secrets/service-key");
        environment.put("STAGECOACH_SECRET_KEY_FILE", "/secrets/secret-key");
        environment.put("STAGECOACH_PUBLIC_URL", url(Way.EDGE));
        environment.put("STAGECOACH_ORCHESTRATOR_URL", url(Way.ORCHESTRATOR));
        environment.put("STAGECOACH_STEP_RUNNER_URL", url(Way.STEP_RUNNER));
        environment.put("STAGECOACH_PACKAGE_SERVICE_URL", url(Way.PACKAGE_SERVICE));
        containers.start(
                image, image, new Given(SERVICE_MEGABYTES, environment, mounts, List.of()));
    }

    private void startCache(Containers containers, ApiClient api) throws Exception {
        var cache =
                containers.start(
                        "cache",
                        "cache",
                        new Given(
                                SMALL_MEGABYTES,
                                Map.of(
                                        "STAGECOACH_CACHE_NAME",
                                        "eu-1",
                                        "STAGECOACH_CACHE_DIR",
                                        "/cache/store",
                                        "STAGECOACH_CACHE_PORT",
                                        Integer.toString(port(Way.CACHE)),
                                        "STAGECOACH_GRANT_PUBLIC_KEY",
                                        grantPublicKey,
                                        "STAGECOACH_CACHE_CREDENTIAL",
                                        CacheCredential.of(cacheTrust, "eu-1")),
                                List.of(containers.volume("cache") + ":/cache"),
                                List.of()));
        await().atMost(READY_MAX).until(() -> cache.getLogs().contains("READY cache eu-1"));
        String thumbprint =
                cache.execInContainer("cat", "/cache/store/identity/thumbprint")
                        .getStdout()
                        .strip();
        api.put(
                "/caches/eu-1",
                MAPPER.createObjectNode()
                        .put("kind", "STAGECOACH")
                        .put("region", "eu")
                        .put("url", "https://127.0.0.1:" + port(Way.CACHE))
                        .put("pullUrl", url(Way.PACKAGE_SERVICE))
                        .put("thumbprint", thumbprint));
    }

    /** As docs/how-to/build-images.md says, with the token in a file. */
    private void startTentacle(
            Containers containers, ApiClient api, String name, Map<String, Object> who)
            throws Exception {
        String home = containers.volume(name) + ":/tentacle";
        Path token = folder.resolve("token-of-" + name);
        write(token, api.post("/enrolments", who).path("token").asText());
        containers.run(
                "tentacle",
                new Given(
                        SMALL_MEGABYTES,
                        Map.of(),
                        List.of(home, token + ":/run/token:ro"),
                        List.of(
                                "enrol",
                                "--home",
                                "/tentacle/home",
                                "--gateway",
                                "https://127.0.0.1:" + port(Way.AGENT),
                                "--bytes",
                                "https://127.0.0.1:" + port(Way.BYTES),
                                "--token-file",
                                "/run/token")));
        var tentacle =
                containers.start(
                        name,
                        "tentacle",
                        new Given(
                                SMALL_MEGABYTES,
                                Map.of(),
                                List.of(home),
                                List.of("run", "--home", "/tentacle/home")));
        await().atMost(READY_MAX).until(() -> tentacle.getLogs().contains("READY"));
    }

    private static Map<String, Object> worker() {
        return Map.of("id", "worker-1", "workerPools", List.of("hq"));
    }

    private static Map<String, Object> target(String name) {
        return Map.of(
                "id",
                name,
                "region",
                "eu",
                "environments",
                List.of("production"),
                "tags",
                List.of("web"));
    }

    private void apply(ApiClient api) throws Exception {
        Map<String, String> environment = new HashMap<>();
        environment.put("DEMO_MACHINES", "/tentacle/machines");
        environment.put("DEMO_PIDS", "/tentacle/pids");
        environment.put("DEMO_TUNNEL", "/tentacle/tunnel");
        environment.put("DEMO_JAVA", "/opt/java/bin/java");
        for (int i = 1; i <= 6; i++) {
            Way way = i == 1 ? Way.SHOP_1 : Way.SHOP_2;
            environment.put("DEMO_PORT_WEB_" + i, Integer.toString(port(way)));
        }
        var application =
                new Application(
                        api,
                        ManifestReader.read(
                                root.resolve("examples/demo/stagecoach.yaml"),
                                each -> Optional.ofNullable(environment.get(each))));
        application.judge();
        application.write();
    }

    private static void name(ApiClient api, String path) throws Exception {
        String name = path.substring(path.lastIndexOf('/') + 1);
        api.put(path, MAPPER.createObjectNode().put("name", name));
    }

    private static boolean hasEnded(JsonNode deployment) {
        return List.of("SUCCEEDED", "FAILED", "CANCELLED")
                .contains(deployment.path("state").asText());
    }

    private Process startEdge() throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx64m",
                        "-cp",
                        root.resolve("local/launcher/target/app").resolve("*").toString(),
                        "stagecoach.local.launcher.edge.EdgeMain",
                        Integer.toString(port(Way.EDGE)),
                        "orchestrator=" + url(Way.ORCHESTRATOR),
                        "package-service=" + url(Way.PACKAGE_SERVICE),
                        "agent-gateway=" + url(Way.AGENT_GATEWAY),
                        "step-runner=" + url(Way.STEP_RUNNER))
                .redirectErrorStream(true)
                .redirectOutput(Redirect.DISCARD)
                .start();
    }

    /** Until it takes the administrator's key, which reaches most services as an event. */
    private static void awaitAnswer(String url) {
        await().atMost(READY_MAX)
                .pollInterval(Duration.ofMillis(250))
                .ignoreExceptionsInstanceOf(IOException.class)
                .until(() -> !get(url).isEmpty());
    }

    private static String get(String url) throws IOException, InterruptedException {
        try (HttpClient http = HttpClient.newHttpClient()) {
            var request =
                    HttpRequest.newBuilder(URI.create(url))
                            .timeout(Duration.ofSeconds(10))
                            .header("Authorization", "Bearer " + ADMIN_KEY)
                            .build();
            var answer = http.send(request, BodyHandlers.ofString());
            if (answer.statusCode() != 200) {
                throw new IOException(url + " answers " + answer.statusCode());
            }
            return answer.body();
        }
    }

    private void writeSecrets() throws Exception {
        var pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        grantPublicKey = base64(pair.getPublic().getEncoded());
        Files.createDirectories(folder.resolve("secrets"));
        Files.setPosixFilePermissions(
                folder.resolve("secrets"), PosixFilePermissions.fromString("rwxr-xr-x"));
        write(folder.resolve("secrets/grant-key"), base64(pair.getPrivate().getEncoded()));
        write(folder.resolve("secrets/service-key"), random());
        write(folder.resolve("secrets/secret-key"), random());
        write(folder.resolve("secrets/admin-key"), ADMIN_KEY);
    }

    /** For the user of the images, who is another one. */
    private static void write(Path file, String text) throws IOException {
        Files.writeString(file, text + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--r--r--"));
    }

    private static String random() {
        byte[] bytes = new byte[32];
        new SecureRandom().nextBytes(bytes);
        return base64(bytes);
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    private static Map<Way, Integer> freePorts() {
        Map<Way, Integer> ports = new EnumMap<>(Way.class);
        var free = FreePort.find(Way.values().length).iterator();
        for (Way way : Way.values()) {
            ports.put(way, free.next());
        }
        return ports;
    }

    private int port(Way way) {
        return Objects.requireNonNull(ports.get(way));
    }

    private String url(Way way) {
        return "http://127.0.0.1:" + port(way);
    }
}
