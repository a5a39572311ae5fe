package stagecoach.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import stagecoach.cli.client.ApiClient;
import stagecoach.cli.client.Unreachable;
import stagecoach.cli.manifest.Application;
import stagecoach.cli.manifest.ManifestReader;
import stagecoach.local.engines.FreePort;
import stagecoach.local.launcher.installation.Checkout;
import stagecoach.local.launcher.installation.LocalDefault;
import stagecoach.local.launcher.installation.LocalMachines;
import stagecoach.local.launcher.installation.LocalRun;
import stagecoach.local.launcher.installation.Wishes;
import stagecoach.local.launcher.process.ProcessStatus;
import stagecoach.local.launcher.supervisor.ControlClient;
import stagecoach.trust.Identity;

/**
 * A whole Stagecoach in a folder of its own, with machines: a worker {@code worker-1} of the pool
 * {@code hq} and six targets of {@code production}, {@code web-1} to {@code web-6}, tagged {@code
 * web}; the first two of them are also tagged {@code pair}, the last one {@code alone}.
 */
final class Whole implements AutoCloseable {
    /** Of each service, as on a server where one may die. */
    private static final int PODS = 2;

    /** After a longer pause the packages are looked after again. */
    static final Duration PAUSE_TRUST = Duration.ofSeconds(1);

    private static final Map<String, String> SETTINGS =
            Map.of("stagecoach.deployment.pause-trust", PAUSE_TRUST.toSeconds() + "s");

    static final List<String> PAIR = List.of("web-1", "web-2");
    static final List<String> TARGETS =
            List.of("web-1", "web-2", "web-3", "web-4", "web-5", "web-6");

    static final String ALONE = "web-6";

    private final Path home;
    private final LocalRun run;
    private final ControlClient control;
    private final LocalMachines machines;

    /** Lets each gateway come back before it is killed again. */
    private final ReentrantLock killing = new ReentrantLock();

    private Whole(Path home, LocalRun run, ControlClient control, LocalMachines machines) {
        this.home = home;
        this.run = run;
        this.control = control;
        this.machines = machines;
    }

    /** All of it, in a new folder, when every machine is connected. */
    static Whole start() throws Exception {
        Path home = Files.createTempDirectory("junit-stagecoach-");
        Checkout checkout = Checkout.find();
        var run = new LocalRun(checkout, home);
        var started = run.start(new Wishes(Map.of(), SETTINGS, PODS, false), status -> {});
        var machines = new LocalMachines(checkout, home, started.control());
        var whole = new Whole(home, run, started.control(), machines);
        try {
            whole.startMachines();
        } catch (Exception | Error e) {
            whole.close();
            throw e;
        }
        return whole;
    }

    private void startMachines() throws Exception {
        machines.startTentacle(
                machine("worker-1", Optional.empty(), List.of(), List.of(), Optional.of("hq")));
        for (String target : TARGETS) {
            begin(target, tagsOf(target));
        }
        machines.awaitReady("tentacle-worker-1");
        for (String target : TARGETS) {
            machines.awaitReady("tentacle-" + target);
        }
    }

    private static List<String> tagsOf(String target) {
        if (PAIR.contains(target)) {
            return List.of("web", "pair");
        }
        return target.equals(ALONE) ? List.of("web", "alone") : List.of("web");
    }

    /** Its folder, which holds all that its processes keep. */
    Path home() {
        return home;
    }

    /** The folder of a tentacle. */
    Path homeOf(String machine) {
        return LocalDefault.tentacleHome(home, machine);
    }

    ApiClient api() {
        return machines.api();
    }

    /** Where the broker listens. */
    String kafka() throws IOException, InterruptedException {
        return machines.kafka();
    }

    /** The key of the administrator. */
    String adminKey() throws IOException, InterruptedException {
        return Files.readString(Path.of(control.status().facts().get("adminKeyFile"))).strip();
    }

    /** One more target of the environment, connected when this returns. */
    void startTarget(String target, String tag) throws Exception {
        begin(target, List.of(tag));
        machines.awaitReady("tentacle-" + target);
    }

    /** One more target, which the gateway dials; connected when this returns. */
    void startListening(String target, String tag) throws Exception {
        machines.startTentacle(
                machine(
                                target,
                                Optional.of("eu"),
                                List.of("production"),
                                List.of(tag),
                                Optional.empty())
                        .listeningAt(FreePort.find(1).getFirst()));
        machines.awaitReady("tentacle-" + target);
    }

    /**
     * One more target of the environment, behind a line that can be harmed; connected when this
     * returns.
     */
    FaultyLine startTargetBehind(String target, String tag) throws Exception {
        // Enrolled directly: its certificate is what the line shows to the gateway.
        startTarget(target, tag);
        machines.stop("tentacle-" + target);
        var line =
                new FaultyLine(
                        machines.agentUrl(),
                        Identity.loadOrCreate(home.resolve("gateway-identity"), "gateway"),
                        Identity.loadOrCreate(homeOf(target).resolve("identity"), target),
                        end -> killAnEnd(end, target));
        machines.startTentacle(
                new LocalMachines.Machine(
                        target,
                        Optional.of("eu"),
                        List.of("production"),
                        List.of(tag),
                        Optional.empty(),
                        Optional.of(line.url()),
                        Optional.empty(),
                        Optional.empty()));
        machines.awaitReady("tentacle-" + target);
        return line;
    }

    private void killAnEnd(FaultyLine.From end, String target)
            throws IOException, InterruptedException {
        switch (end) {
            case TENTACLE -> kill("tentacle-" + target);
            case GATEWAY -> {
                killing.lock();
                try {
                    kill("agent-gateway");
                    kill("agent-gateway-2");
                    awaitAllReady();
                } finally {
                    killing.unlock();
                }
            }
        }
    }

    /**
     * Targets of another environment and region, which are created; connected when this returns.
     */
    void startTargets(String environment, String region, List<String> targets) throws Exception {
        for (String target : targets) {
            begin(target, environment, region, List.of(environment));
        }
        for (String target : targets) {
            machines.awaitReady("tentacle-" + target);
        }
    }

    private void begin(String target, List<String> tags) throws Exception {
        begin(target, "production", "eu", tags);
    }

    private void begin(String target, String environment, String region, List<String> tags)
            throws Exception {
        machines.startTentacle(
                machine(target, Optional.of(region), List.of(environment), tags, Optional.empty()));
    }

    /** More machines, as they are told; connected when this returns. */
    void start(List<LocalMachines.Machine> wanted) throws Exception {
        for (LocalMachines.Machine machine : wanted) {
            machines.startTentacle(machine);
        }
        for (LocalMachines.Machine machine : wanted) {
            machines.awaitReady("tentacle-" + machine.name());
        }
    }

    /** One more cache of ours; where it listens. */
    URI startCache(String name) throws Exception {
        return machines.startCache(name);
    }

    /**
     * Puts a cache into a region.
     *
     * @param url as the region's machines reach it
     * @param listens as the server reaches it
     */
    void registerCache(String name, String region, URI url, URI listens) throws Exception {
        machines.registerCache(name, region, url, listens, machines.pullUrl());
    }

    /** The folder in which a cache keeps its packages. */
    Path blobsOf(String cache) {
        return LocalDefault.cacheHome(home, cache).resolve("packages").resolve("blobs");
    }

    /** Where machines read packages from the server, and send files to it. */
    URI bytesUrl() throws IOException, InterruptedException {
        return machines.bytesUrl();
    }

    /** Kills a process and lets it stay away until {@link #release}. */
    void holdBack(String process) throws IOException, InterruptedException {
        control.holdBack(process);
    }

    /** Lets a process come back that was held back. */
    void release(String process) throws IOException, InterruptedException {
        control.release(process);
    }

    private static LocalMachines.Machine machine(
            String name,
            Optional<String> region,
            List<String> environments,
            List<String> tags,
            Optional<String> pool) {
        return new LocalMachines.Machine(
                name,
                region,
                environments,
                tags,
                pool,
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    void apply(Path manifest, Map<String, String> environment) throws IOException {
        var located =
                ManifestReader.read(manifest, name -> Optional.ofNullable(environment.get(name)));
        var application = new Application(api(), located);
        application.judge();
        application.write();
    }

    String deploy(String project, String release) {
        return deploy(project, release, Map.of());
    }

    /** A deployment with more said about it; to production if that says nothing else. */
    String deploy(String project, String release, Map<String, Object> more) {
        Map<String, Object> wanted = new HashMap<>(more);
        wanted.put("project", project);
        wanted.put("release", release);
        wanted.putIfAbsent("environment", "production");
        String key = UUID.randomUUID().toString();
        return patiently()
                .ignoreException(Unreachable.class)
                .until(
                        () -> api().postOnce("/deployments", wanted, key).path("id").asText(),
                        id -> !id.isEmpty());
    }

    /** The deployment when it has ended. */
    JsonNode ended(String id) throws IOException {
        JsonNode ended = awaitEnd(id);
        Recorded.deployment(api(), home, ended);
        return ended;
    }

    private JsonNode awaitEnd(String id) {
        return patiently()
                .ignoreException(Unreachable.class)
                .until(
                        () -> api().get("/deployments/" + id),
                        deployment ->
                                List.of("SUCCEEDED", "FAILED", "CANCELLED")
                                        .contains(deployment.path("state").asText()));
    }

    /**
     * How the packages of a deployment came, when all that is told of them is at its end: that
     * follows the deployment itself on a way of its own.
     */
    JsonNode acquired(String id) {
        return patiently()
                .ignoreException(Unreachable.class)
                .until(
                        () -> api().get("/deployments/" + id + "/acquisitions"),
                        told ->
                                !told.path("targets").isEmpty()
                                        && told.path("targets")
                                                .valueStream()
                                                .noneMatch(Whole::isOpen));
    }

    private static boolean isOpen(JsonNode row) {
        return List.of("PENDING", "RUNNING").contains(row.path("state").asText());
    }

    /** Ends a process as the kernel does when memory is short; it has ended when this returns. */
    void kill(String process) throws IOException, InterruptedException {
        ProcessHandle handle = ProcessHandle.of(pidOf(process)).orElseThrow();
        assertThat(handle.destroyForcibly()).as("kill -9 of " + process).isTrue();
        handle.onExit().join();
        // Before that it would still be told to be ready.
        patiently().until(() -> !isKnownAs(handle.pid(), process));
    }

    private boolean isKnownAs(long pid, String process) throws IOException, InterruptedException {
        return control.status()
                .process(process)
                .flatMap(ProcessStatus::identity)
                .filter(identity -> identity.pid() == pid)
                .isPresent();
    }

    /** Which process of this computer it is now. */
    long pidOf(String process) throws IOException, InterruptedException {
        ProcessStatus row = control.status().process(process).orElseThrow();
        return row.identity().orElseThrow().pid();
    }

    /** Returns when every process is ready again. */
    void awaitAllReady() {
        patiently()
                .untilAsserted(
                        () ->
                                assertThat(control.status().processes())
                                        .allSatisfy(
                                                row ->
                                                        assertThat(row.state().name())
                                                                .as(row.name())
                                                                .isEqualTo("READY")));
    }

    static ConditionFactory patiently() {
        return Awaitility.await()
                .atMost(Duration.ofMinutes(8))
                .pollInterval(Duration.ofMillis(150));
    }

    /** All lines that scripts left in a folder of traces. */
    static List<String> traces(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (var files = Files.list(folder)) {
            return files.sorted().flatMap(file -> lines(file).stream()).toList();
        }
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        try {
            Recorded.machines(api(), home);
        } finally {
            end();
        }
    }

    private void end() throws IOException {
        try {
            run.end();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while the whole was ended");
        }
        run.forget();
    }
}
