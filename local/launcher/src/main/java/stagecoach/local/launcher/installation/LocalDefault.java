package stagecoach.local.launcher.installation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import stagecoach.contracts.channel.Channels;
import stagecoach.local.engines.EngineCommand;
import stagecoach.local.engines.EngineHome;
import stagecoach.local.engines.PortClaims;
import stagecoach.local.launcher.process.ProcessSpec;
import stagecoach.local.launcher.process.Readiness;
import stagecoach.local.launcher.program.ServiceProgram;
import stagecoach.local.launcher.supervisor.Stage;
import stagecoach.local.launcher.supervisor.Supervisor;
import stagecoach.migration.Migration;
import stagecoach.migration.ServiceSchema;
import stagecoach.trust.CacheCredential;

/**
 * The processes of the local default: broker and database, schemas and topics, the four services,
 * the edge, and what may be added to them. How they are kept running is the supervisor's.
 */
public final class LocalDefault {
    private static final Duration ENGINE_READY_MAX = Duration.ofMinutes(3);
    private static final Duration SERVICE_READY_MAX = Duration.ofMinutes(3);
    private static final Duration STOP_MAX = Duration.ofSeconds(20);

    /** The fact that says why the base URL is not where it was or is looked for; if it is not. */
    public static final String MOVED_BASE_URL = "movedBaseUrl";

    /** A tentacle behind a closed tunnel waits for its session as long as it takes. */
    private static final Duration FOREVER = Duration.ofDays(10_000);

    private final Checkout checkout;
    private final Path folder;
    private final FreePorts ports;
    private final Wishes wishes;
    private final Addresses at;
    private final Secrets secrets;

    private LocalDefault(
            Checkout checkout, Path folder, FreePorts ports, Wishes wishes, Secrets secrets) {
        this.checkout = checkout;
        this.folder = folder;
        this.ports = ports;
        this.wishes = wishes;
        this.at = Addresses.of(ports, wishes);
        this.secrets = secrets;
    }

    /**
     * What a supervisor is to run; to be made when nothing of an earlier life runs.
     *
     * @throws IllegalStateException with a sentence when something is not built or a fixed port is
     *     taken
     */
    public static Supervisor.Plan plan(Checkout checkout, Path folder, Wishes wishes)
            throws IOException {
        return new LocalDefault(
                        checkout,
                        folder,
                        new FreePorts(
                                portsFile(folder), wishes.fixedPorts(), PortClaims.ofThisPerson()),
                        wishes,
                        Secrets.in(folder.resolve("secrets")))
                .plan();
    }

    /** The argument by which processes of a folder are known when all else is lost. */
    public static String mark(Path folder) {
        return "-Dstagecoach.local=" + folder;
    }

    private Supervisor.Plan plan() throws IOException {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("baseUrl", at.baseUrl());
        at.movedBaseUrl().ifPresent(sentence -> facts.put(MOVED_BASE_URL, sentence));
        facts.put("nugetIndex", at.baseUrl() + "/nuget/v3/index.json");
        facts.put("kafka", "127.0.0.1:" + ports.port("kafka"));
        facts.put("postgres", at.postgresAddress());
        facts.put("adminKeyFile", secrets.adminKeyFile().toString());
        facts.put("secretKeyFile", secrets.secretKeyFile().toString());
        facts.put("agentUrl", at.agentUrl());
        facts.put("bytesUrl", at.bytesUrl());
        facts.put("pullUrl", at.serviceUrl("package-service"));
        return new Supervisor.Plan(
                facts, stages(), Map.of("tentacle", this::tentacle, "cache", this::cache));
    }

    /** Where services meet each other at the edge, it has to be there before them. */
    private List<Stage> stages() throws IOException {
        Stage edge = new Stage(List.of(edge()), List.of());
        return wishes.pods() > 1
                ? List.of(engines(), edge, services())
                : List.of(engines(), services(), edge);
    }

    private Stage engines() throws IOException {
        EngineHome home = EngineHome.in(checkout.built("local/embedded/target/embedded"));
        ProcessSpec kafka =
                engine(
                        "kafka",
                        EngineCommand.kafka(
                                home,
                                folder.resolve("kafka"),
                                ports.port("kafka"),
                                ports.port("kafka-controller")));
        ProcessSpec postgres =
                engine(
                        "postgres",
                        EngineCommand.postgres(
                                home,
                                folder.resolve("postgres"),
                                ports.port("postgres"),
                                secrets.postgresPassword()));
        return new Stage(
                List.of(kafka, postgres),
                List.of(
                        new Stage.Step("the migration of the schemas", this::migrate),
                        new Stage.Step("the creation of topics", this::createTopics)));
    }

    private ProcessSpec engine(String name, EngineCommand engine) {
        return new ProcessSpec(
                name,
                marked(engine.command()),
                engine.environment(),
                folder.resolve("run").resolve(name),
                new Readiness.OutputLine(EngineCommand.READY + name),
                ENGINE_READY_MAX,
                STOP_MAX,
                Optional.empty());
    }

    private void migrate() throws IOException {
        Migration.run(
                "jdbc:postgresql://" + at.postgresAddress(),
                EngineCommand.POSTGRES_USER,
                secrets.postgresPassword(),
                ServiceSchema.allIn(checkout.root()));
    }

    private void createTopics() throws Exception {
        Topics.create("127.0.0.1:" + ports.port("kafka"), Channels.all());
    }

    private Stage services() throws IOException {
        Map<String, String> orchestrator =
                Map.of("STAGECOACH_BOOTSTRAP_KEY_FILE", secrets.adminKeyFile().toString());
        Map<String, String> packages = new HashMap<>(wishes.ofFeeds());
        packages.put("STAGECOACH_PACKAGE_DIR", folder.resolve("packages").toString());
        packages.put("STAGECOACH_GRANT_KEY", secrets.grantKey());
        packages.put("STAGECOACH_GRANT_PUBLIC_KEY", secrets.grantPublicKey());
        packages.put("STAGECOACH_CACHE_TRUST", secrets.cacheTrust());
        List<ProcessSpec> processes = new ArrayList<>();
        for (int pod = 1; pod <= wishes.pods(); pod++) {
            processes.add(service("orchestrator", pod, "orchestrator-service/app", orchestrator));
            processes.add(service("step-runner", pod, "step-runner/app", Map.of()));
            processes.add(service("package-service", pod, "package-service/app", packages));
            processes.add(service("agent-gateway", pod, "agent-gateway/app", gateway(pod)));
        }
        return new Stage(
                processes,
                List.of(new Stage.Step("the spreading of the admin key", this::awaitAdminKey)));
    }

    private Map<String, String> gateway(int pod) throws IOException {
        var environment = new HashMap<String, String>();
        environment.put("STAGECOACH_AGENT_HOST", at.machinesHost());
        environment.put(
                "STAGECOACH_AGENT_PORT", Integer.toString(ports.port(at.inward("agent", pod))));
        environment.put(
                "STAGECOACH_BYTES_PORT", Integer.toString(ports.port(at.inward("bytes", pod))));
        environment.put("STAGECOACH_AGENT_IDENTITY", folder.resolve("gateway-identity").toString());
        environment.put("STAGECOACH_AGENT_PUBLIC_URL", at.agentUrl());
        environment.put("STAGECOACH_BYTES_PUBLIC_URL", at.bytesUrl());
        if (wishes.machines().isEmpty()) {
            // Other computers do not have this checkout's program.
            environment.put("STAGECOACH_TENTACLE_COMMAND", checkout.tentacle().commandForPeople());
        }
        return environment;
    }

    /** Each service that people talk to, by something that it answers to those who may read. */
    private void awaitAdminKey() throws Exception {
        String key = Files.readString(secrets.adminKeyFile()).strip();
        for (int pod = 1; pod <= wishes.pods(); pod++) {
            KeyArrival.await(at.podUrl("orchestrator", pod).resolve("/api/v1/environments"), key);
            KeyArrival.await(at.podUrl("package-service", pod).resolve("/api/v1/caches"), key);
            KeyArrival.await(at.podUrl("agent-gateway", pod).resolve("/api/v1/agents"), key);
        }
    }

    private ProcessSpec service(String service, int pod, String module, Map<String, String> own)
            throws IOException {
        String name = Addresses.podName(service, pod);
        Map<String, String> environment = new HashMap<>(own);
        environment.put("QUARKUS_HTTP_HOST", "127.0.0.1");
        environment.put("QUARKUS_HTTP_PORT", Integer.toString(at.podUrl(service, pod).getPort()));
        environment.put("STAGECOACH_POD", name);
        if (wishes.trial()) {
            environment.put("STAGECOACH_CLOCK_OFFSET_FILE", clockOffset(folder).toString());
        }
        environment.put("QUARKUS_VERTX_EVENT_LOOPS_POOL_SIZE", "2");
        environment.put("STAGECOACH_KAFKA", "127.0.0.1:" + ports.port("kafka"));
        environment.put("STAGECOACH_POSTGRES", at.postgresAddress());
        environment.put("STAGECOACH_POSTGRES_USER", EngineCommand.POSTGRES_USER);
        environment.put("STAGECOACH_POSTGRES_PASSWORD", secrets.postgresPassword());
        environment.put("STAGECOACH_SERVICE_KEY", secrets.serviceKey());
        environment.put("STAGECOACH_SECRET_KEY_FILE", secrets.secretKeyFile().toString());
        environment.put("STAGECOACH_ORCHESTRATOR_URL", at.serviceUrl("orchestrator"));
        environment.put("STAGECOACH_STEP_RUNNER_URL", at.serviceUrl("step-runner"));
        environment.put("STAGECOACH_PACKAGE_SERVICE_URL", at.serviceUrl("package-service"));
        environment.put("STAGECOACH_AGENT_GATEWAY_URL", at.serviceUrl("agent-gateway"));
        environment.put("STAGECOACH_PUBLIC_URL", at.baseUrl());
        return new ProcessSpec(
                name,
                set(quarkus(module)),
                environment,
                folder.resolve("run").resolve(name),
                new Readiness.HttpAnswer(at.podUrl(service, pod).resolve("/q/health/ready")),
                SERVICE_READY_MAX,
                stopMax(),
                Optional.of(at.podUrl(service, pod).toString()));
    }

    private ProcessSpec edge() throws IOException {
        List<String> arguments = new ArrayList<>();
        arguments.addAll(
                List.of(
                        "-cp",
                        checkout.built("local/launcher/target/app").resolve("*").toString(),
                        "stagecoach.local.launcher.edge.EdgeMain",
                        Integer.toString(at.edgePort())));
        wishes.listen().map("--listen="::concat).ifPresent(arguments::add);
        wishes.behindProxy().map("--behind-proxy="::concat).ifPresent(arguments::add);
        arguments.addAll(at.services());
        List<String> command =
                java(
                        List.of("-Xmx64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
                        arguments.toArray(String[]::new));
        return new ProcessSpec(
                "edge",
                command,
                Map.of(),
                folder.resolve("run").resolve("edge"),
                new Readiness.OutputLine("READY"),
                SERVICE_READY_MAX,
                STOP_MAX,
                Optional.of(at.baseUrl()));
    }

    /**
     * Options: {@code home}, and {@code gateway} and {@code bytes} where it reaches hq by a detour.
     */
    private ProcessSpec tentacle(String name, Map<String, String> options) {
        requireKnown(options, "home", "gateway", "bytes");
        String process = "tentacle-" + name;
        Path home = Path.of(options.getOrDefault("home", tentacleHome(folder, name).toString()));
        try {
            List<String> command =
                    marked(
                            checkout.tentacle()
                                    .command(
                                            "run",
                                            "--allow-root",
                                            "--home",
                                            home.toString(),
                                            "--gateway",
                                            options.getOrDefault("gateway", at.agentUrl()),
                                            "--bytes",
                                            options.getOrDefault("bytes", at.bytesUrl())));
            return new ProcessSpec(
                    process,
                    command,
                    Map.of("MALLOC_ARENA_MAX", "1", "LC_ALL", "C.UTF-8"),
                    folder.resolve("run").resolve(process),
                    new Readiness.OutputLine("READY"),
                    FOREVER,
                    STOP_MAX,
                    Optional.empty());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Options: {@code home}. */
    private ProcessSpec cache(String name, Map<String, String> options) {
        requireKnown(options, "home");
        String process = "cache-" + name;
        Path home = Path.of(options.getOrDefault("home", cacheHome(folder, name).toString()));
        try {
            int port = ports.port(process);
            Map<String, String> environment =
                    Map.of(
                            "QUARKUS_VERTX_EVENT_LOOPS_POOL_SIZE", "2",
                            "STAGECOACH_CACHE_DIR", home.toString(),
                            "STAGECOACH_CACHE_NAME", name,
                            "STAGECOACH_CACHE_PORT", Integer.toString(port),
                            "STAGECOACH_CACHE_NUGET_PORT",
                                    Integer.toString(ports.port(nugetOf(process))),
                            "STAGECOACH_GRANT_PUBLIC_KEY", secrets.grantPublicKey(),
                            "STAGECOACH_CACHE_CREDENTIAL",
                                    CacheCredential.of(secrets.cacheTrust(), name));
            return new ProcessSpec(
                    process,
                    quarkus("package-service/cache"),
                    environment,
                    folder.resolve("run").resolve(process),
                    new Readiness.OutputLine("READY cache"),
                    SERVICE_READY_MAX,
                    stopMax(),
                    Optional.of("https://127.0.0.1:" + port));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** By what name the port is known where a cache answers NuGet clients. */
    static String nugetOf(String process) {
        return process + "-nuget";
    }

    /** The file of the ports of a folder. */
    static Path portsFile(Path folder) {
        return folder.resolve("ports.json");
    }

    /** By how much the clocks of the services are wrong, in a trial: such as {@code PT3M}. */
    public static Path clockOffset(Path folder) {
        return folder.resolve("clock-offset");
    }

    /** Where a local tentacle lives, unless said otherwise. */
    public static Path tentacleHome(Path folder, String name) {
        return folder.resolve("tentacles").resolve(name);
    }

    /** Where a local cache keeps its packages, unless said otherwise. */
    public static Path cacheHome(Path folder, String name) {
        return folder.resolve("caches").resolve(name);
    }

    private static void requireKnown(Map<String, String> options, String... known) {
        Set<String> unknown = new TreeSet<>(options.keySet());
        unknown.removeAll(Set.of(known));
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException(
                    "there is no option %s, only %s".formatted(unknown, List.of(known)));
        }
    }

    private List<String> quarkus(String module) throws IOException {
        checkout.built(module + "/target/quarkus-app/quarkus-run.jar");
        return marked(
                ServiceProgram.of(checkout.root(), module)
                        .command(ServiceProgram.learnsIn(folder)));
    }

    private List<String> set(List<String> service) {
        List<String> command = new ArrayList<>(service);
        wishes.settings().forEach((name, value) -> command.add(1, "-D" + name + "=" + value));
        return command;
    }

    /** What was learned is written down at the end, which takes its time. */
    private Duration stopMax() {
        return ServiceProgram.learnsIn(folder) ? STOP_MAX.multipliedBy(4) : STOP_MAX;
    }

    private List<String> java(List<String> flags, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(flags);
        command.add("--enable-native-access=ALL-UNNAMED");
        command.add("--sun-misc-unsafe-memory-access=allow");
        command.addAll(List.of(arguments));
        return marked(command);
    }

    private List<String> marked(List<String> command) {
        List<String> marked = new ArrayList<>(command);
        marked.add(1, mark(folder));
        return marked;
    }
}
