package stagecoach.local.launcher.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import stagecoach.local.launcher.chaos.verdict.StepShape;
import stagecoach.local.launcher.demo.Nupkg;
import stagecoach.local.launcher.installation.LocalMachines;
import stagecoach.local.launcher.installation.Patience;
import stagecoach.wire.StagecoachJson;

/** The machines, a cache, and projects with releases that chaos deploys to. */
public final class Town {
    private static final int TARGETS = 6;
    private static final int ENVIRONMENTS = 4;
    private static final int TARGETS_PER_PROJECT = 3;
    private static final int RELEASES = 4;
    private static final int PACKAGE_BYTES = 300_000;
    private static final String CACHE = "eu-1";
    private static final String REGION = "eu";
    private static final String POOL = "hq";
    private static final Set<String> WORKERS = Set.of("worker-1", "worker-2");

    private final LocalMachines stack;
    private final Path folder;
    private final int projects;

    /**
     * A town that is still to be built.
     *
     * @param folder for traces and packages
     * @param deployments so many can be under way at once
     */
    public Town(LocalMachines stack, Path folder, int deployments) {
        this.stack = stack;
        this.folder = folder;
        this.projects = (deployments + ENVIRONMENTS - 1) / ENVIRONMENTS;
    }

    /** A project in an environment: one deployment at a time. */
    record Slot(String project, String environment, Set<String> targets, List<StepShape> steps) {
        /** One of the machines that it deploys to. */
        String machine(Random random) {
            return targets.stream().sorted().toList().get(random.nextInt(targets.size()));
        }
    }

    /** Where scripts leave their traces. */
    public Path traces() {
        return folder.resolve("traces");
    }

    /** Builds everything; returns when all machines are connected. */
    public void build() throws Exception {
        Files.createDirectories(traces().resolve("tried"));
        List<String> environments = new ArrayList<>();
        for (int i = 1; i <= ENVIRONMENTS; i++) {
            environments.add("env-" + i);
            put("/environments/env-" + i, Map.of("name", "env-" + i));
        }
        put("/regions/" + REGION, Map.of("name", REGION));
        put("/worker-pools/" + POOL, Map.of("name", POOL));
        var listens = stack.startCache(CACHE);
        stack.registerCache(CACHE, REGION, listens, listens, stack.pullUrl());
        for (String worker : new TreeSet<>(WORKERS)) {
            start(worker, List.of(), List.of(), Optional.of(POOL));
        }
        for (int i = 0; i < TARGETS; i++) {
            start(target(i), environments, tags(i), Optional.empty());
        }
        for (String worker : WORKERS) {
            stack.awaitReady("tentacle-" + worker);
        }
        for (int i = 0; i < TARGETS; i++) {
            stack.awaitReady("tentacle-" + target(i));
        }
        for (int release = 0; release < RELEASES; release++) {
            stack.api().push(packed("1.0." + release));
        }
        for (int i = 0; i < projects; i++) {
            configure(i);
        }
    }

    private void start(
            String name, List<String> environments, List<String> tags, Optional<String> pool)
            throws IOException, InterruptedException {
        stack.startTentacle(
                new LocalMachines.Machine(
                        name,
                        Optional.of(REGION),
                        environments,
                        tags,
                        pool,
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty()));
    }

    private void configure(int number) throws IOException, InterruptedException {
        String project = project(number);
        put("/projects/" + project, Map.of("name", project));
        put(
                "/projects/" + project + "/variables",
                Map.of(
                        "variables",
                        List.of(
                                Map.of("name", "Chaos.Traces", "value", traces().toString()),
                                Map.of(
                                        "name",
                                        TownProcess.URL,
                                        "value",
                                        stack.api().base().resolve("/api/v1/projects").toString()),
                                prompted(TownProcess.FAILS_AT, "nowhere"),
                                prompted(TownProcess.ASKS, "false"))));
        JsonNode process = TownProcess.document(shape(number), project);
        Patience.with(() -> stack.api().put("/projects/" + project + "/process", process));
        for (int release = 0; release < RELEASES; release++) {
            String version = "1.0." + release;
            stack.api()
                    .post(
                            "/projects/" + project + "/releases",
                            Map.of(
                                    "version",
                                    version,
                                    "packages",
                                    List.of(Map.of("step", "web", "version", version))));
        }
    }

    private static Map<String, Object> prompted(String name, String usually) {
        return Map.of(
                "name", name, "value", usually, "prompt", Map.of("label", name, "required", false));
    }

    private void put(String path, Map<String, Object> body)
            throws IOException, InterruptedException {
        JsonNode document = StagecoachJson.mapper().valueToTree(body);
        Patience.with(() -> stack.api().put(path, document));
    }

    private Path packed(String version) throws IOException {
        Path source = Files.createDirectories(folder.resolve("packages").resolve(version));
        Path payload = source.resolve("payload.bin");
        byte[] bytes = new byte[PACKAGE_BYTES];
        new Random(version.hashCode()).nextBytes(bytes);
        Files.write(payload, bytes);
        Path script = Files.writeString(source.resolve("PostDeploy.sh"), TownProcess.postDeploy());
        Map<String, Path> files = new LinkedHashMap<>();
        files.put("payload.bin", payload);
        files.put("PostDeploy.sh", script);
        return Nupkg.pack(source, "Chaos.Web", version, files);
    }

    /** Every project in every environment. */
    List<Slot> slots() {
        var slots = new ArrayList<Slot>();
        for (int environment = 1; environment <= ENVIRONMENTS; environment++) {
            for (int i = 0; i < projects; i++) {
                slots.add(
                        new Slot(
                                project(i),
                                "env-" + environment,
                                targets(i),
                                TownProcess.shapes(shape(i), targets(i), WORKERS)));
            }
        }
        return slots;
    }

    /** A release that every project has. */
    static String release(Random random) {
        return "1.0." + random.nextInt(RELEASES);
    }

    private static String project(int number) {
        return "shop-" + (number + 1);
    }

    private static TownProcess.Shape shape(int project) {
        return project % 2 == 0 ? TownProcess.Shape.ONE_BY_ONE : TownProcess.Shape.GROUPED;
    }

    private static String target(int number) {
        return "web-" + (number + 1);
    }

    /** Projects overlap on machines, so that their scripts take turns there. */
    private static Set<String> targets(int project) {
        Set<String> targets = new TreeSet<>();
        for (int i = 0; i < TARGETS_PER_PROJECT; i++) {
            targets.add(target((project + i) % TARGETS));
        }
        return targets;
    }

    private List<String> tags(int target) {
        var tags = new ArrayList<String>();
        for (int i = 0; i < projects; i++) {
            if (targets(i).contains(target(target))) {
                tags.add(project(i));
            }
        }
        return tags;
    }
}
