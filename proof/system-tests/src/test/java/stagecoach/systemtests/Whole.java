package stagecoach.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import stagecoach.cli.client.ApiClient;
import stagecoach.cli.client.Unreachable;
import stagecoach.cli.manifest.Application;
import stagecoach.cli.manifest.ManifestReader;
import stagecoach.local.launcher.installation.Checkout;
import stagecoach.local.launcher.installation.LocalMachines;
import stagecoach.local.launcher.installation.LocalRun;
import stagecoach.local.launcher.installation.Wishes;
import stagecoach.local.launcher.process.ProcessStatus;
import stagecoach.local.launcher.supervisor.ControlClient;

/** A whole Stagecoach in a folder of its own, with machines, for the tests of one class. */
final class Whole {
    /** Of each service, as on a server where one may die. */
    private static final int PODS = 2;

    private final LocalRun run;
    private final ControlClient control;
    private final LocalMachines machines;

    private Whole(LocalRun run, ControlClient control, LocalMachines machines) {
        this.run = run;
        this.control = control;
        this.machines = machines;
    }

    static Whole start(Path folder) throws IOException, InterruptedException {
        Checkout checkout = Checkout.find();
        var run = new LocalRun(checkout, folder);
        var started = run.start(new Wishes(Map.of(), PODS), status -> {});
        return new Whole(
                run, started.control(), new LocalMachines(checkout, folder, started.control()));
    }

    ApiClient api() {
        return machines.api();
    }

    /** Machines, all of them connected when this returns. */
    void startMachines(List<String> targets, String tag, String worker, String pool)
            throws Exception {
        machines.startTentacle(
                machine(worker, Optional.empty(), List.of(), List.of(), Optional.of(pool)));
        for (String target : targets) {
            machines.startTentacle(
                    machine(
                            target,
                            Optional.of("eu"),
                            List.of("production"),
                            List.of(tag),
                            Optional.empty()));
        }
        machines.awaitReady("tentacle-" + worker);
        for (String target : targets) {
            machines.awaitReady("tentacle-" + target);
        }
    }

    /** One more target of the environment, connected when this returns. */
    void startTarget(String target, String tag) throws Exception {
        machines.startTentacle(
                machine(
                        target,
                        Optional.of("eu"),
                        List.of("production"),
                        List.of(tag),
                        Optional.empty()));
        machines.awaitReady("tentacle-" + target);
    }

    /** Kills a process and lets it stay away until {@link #release}. */
    void holdBack(String process) throws IOException, InterruptedException {
        control.holdBack(process);
    }

    /** Lets a process come back that was held back. */
    void release(String process) throws IOException, InterruptedException {
        control.release(process);
    }

    /** A cache of a region, registered. */
    void startCache(String name, String region) throws Exception {
        URI listens = machines.startCache(name);
        machines.registerCache(name, region, listens, listens, machines.pullUrl());
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
        String key = UUID.randomUUID().toString();
        return patiently()
                .ignoreException(Unreachable.class)
                .until(
                        () ->
                                api().postOnce(
                                                "/deployments",
                                                Map.of(
                                                        "project",
                                                        project,
                                                        "release",
                                                        release,
                                                        "environment",
                                                        "production"),
                                                key)
                                        .path("id")
                                        .asText(),
                        id -> !id.isEmpty());
    }

    /** The deployment when it has ended. */
    JsonNode ended(String id) {
        return patiently()
                .ignoreException(Unreachable.class)
                .until(
                        () -> api().get("/deployments/" + id),
                        deployment ->
                                List.of("SUCCEEDED", "FAILED", "CANCELLED")
                                        .contains(deployment.path("state").asText()));
    }

    /** Ends a process as the kernel does when memory is short. */
    void kill(String process) throws IOException, InterruptedException {
        ProcessStatus row = control.status().process(process).orElseThrow();
        long pid = row.identity().orElseThrow().pid();
        assertThat(ProcessHandle.of(pid).orElseThrow().destroyForcibly())
                .as("kill -9 of " + process)
                .isTrue();
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
                .atMost(Duration.ofMinutes(3))
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

    void end() throws IOException, InterruptedException {
        run.end();
    }
}
