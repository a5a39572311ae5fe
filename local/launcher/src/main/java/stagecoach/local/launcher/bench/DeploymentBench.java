package stagecoach.local.launcher.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import stagecoach.cli.ExitCode;
import stagecoach.cli.watch.DeploymentWatch;
import stagecoach.cli.watch.Screen;
import stagecoach.local.launcher.installation.LocalMachines;
import stagecoach.wire.StagecoachJson;

/** One real deployment of a package and some script steps to many local tentacles, timed. */
public final class DeploymentBench {
    private static final String PROJECT = "bench";
    private static final String REGION = "near";
    private static final Duration PATIENCE = Duration.ofMinutes(30);

    private final LocalMachines stack;
    private final Path folder;

    /** A bench that keeps its package in {@code folder}. */
    public DeploymentBench(LocalMachines stack, Path folder) {
        this.stack = stack;
        this.folder = folder;
    }

    /**
     * What is asked.
     *
     * @param targets how many tentacles
     * @param packageMegabytes the size of the package, in 1,000,000 bytes
     * @param steps script steps behind the package step, each begun when the one before has ended
     *     everywhere
     * @param location {@code SERVER} or {@code EXECUTION_TARGET}
     */
    public record Question(int targets, int packageMegabytes, int steps, String location) {}

    /**
     * What one deployment took.
     *
     * @param wallSeconds from the request to the end
     * @param cpuSeconds of all processes of the local default and the tentacles, the database and
     *     the scripts included
     * @param cpuSecondsOf the same by process; the tentacles are one
     * @param links bytes over each link
     * @param events of the deployment, all services
     * @param rows by which all tables together grew, before retention
     * @param load the load average of the last minute when it ended
     */
    public record Answer(
            String state,
            double wallSeconds,
            double cpuSeconds,
            Map<String, Double> cpuSecondsOf,
            Map<String, Long> links,
            long events,
            long rows,
            double load) {}

    /** Sets everything up, deploys the same release so many times, and measures each. */
    public List<Answer> run(Question question, int times) throws Exception {
        prepare(question);
        var answers = new ArrayList<Answer>();
        for (int i = 0; i < times; i++) {
            answers.add(once());
        }
        return List.copyOf(answers);
    }

    /** The package that is deployed, once {@link #run} has made it. */
    public Path packageFile() {
        return BenchPackage.file(folder);
    }

    private Answer once() throws Exception {
        Tables before = Tables.of(stack);
        Meter meter = Meter.begin(stack);
        Instant began = Instant.now();
        String id =
                stack.api()
                        .postOnce(
                                "/deployments",
                                Map.of(
                                        "project",
                                        PROJECT,
                                        "release",
                                        "1.0.0",
                                        "environment",
                                        "production"),
                                UUID.randomUUID().toString())
                        .path("id")
                        .asText();
        var quiet =
                new Screen(
                        new PrintStream(
                                OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8),
                        false);
        DeploymentWatch.Ended ended =
                new DeploymentWatch(stack.api(), quiet, id).follow(Optional.of(PATIENCE));
        Duration wall = wall(ended.deployment(), began);
        Map<String, Double> cpu = meter.secondsOf();
        if (ended.exit() != ExitCode.SUCCEEDED) {
            throw new IllegalStateException(
                    "the measured deployment should have succeeded: "
                            + ended.deployment().path("failure").asText());
        }
        Tables after = Tables.of(stack);
        return new Answer(
                ended.deployment().path("state").asText(),
                wall.toMillis() / 1e3,
                Meter.sum(cpu),
                cpu,
                links(id),
                after.eventsOf(id),
                after.rows() - before.rows(),
                Meter.load());
    }

    private void prepare(Question question) throws Exception {
        put("/environments/production", Map.of("name", "production"));
        put("/regions/" + REGION, Map.of("name", REGION));
        put("/projects/" + PROJECT, Map.of("name", PROJECT));
        var steps = new ArrayList<Map<String, Object>>();
        steps.add(
                Map.of(
                        "name",
                        "package",
                        "kind",
                        "PACKAGE",
                        "runOn",
                        Map.of("tags", List.of("bench")),
                        "package",
                        Map.of(
                                "feed",
                                "built-in",
                                "id",
                                BenchPackage.ID,
                                "acquisitionLocation",
                                question.location())));
        for (int step = 1; step <= question.steps(); step++) {
            steps.add(
                    Map.of(
                            "name",
                            "step-" + step,
                            "kind",
                            "SCRIPT",
                            "runOn",
                            Map.of("tags", List.of("bench")),
                            "script",
                            Map.of("syntax", "SH", "body", "true")));
        }
        put("/projects/" + PROJECT + "/process", Map.of("steps", steps));
        if (question.location().equals("EXECUTION_TARGET")) {
            var listens = stack.startCache("cache-" + REGION);
            stack.registerCache("cache-" + REGION, REGION, listens, listens, stack.pullUrl());
        }
        for (int number = 1; number <= question.targets(); number++) {
            stack.startTentacle(
                    new LocalMachines.Machine(
                            "bench-" + number,
                            Optional.of(REGION),
                            List.of("production"),
                            List.of("bench"),
                            Optional.empty(),
                            Optional.empty(),
                            Optional.empty(),
                            Optional.empty()));
        }
        for (int number = 1; number <= question.targets(); number++) {
            stack.awaitReady("tentacle-bench-" + number);
        }
        stack.api().push(BenchPackage.pack(folder, question.packageMegabytes()));
        stack.api().post("/projects/" + PROJECT + "/releases", Map.of("version", "1.0.0"));
    }

    private void put(String path, Map<String, Object> body) {
        stack.api().put(path, StagecoachJson.mapper().valueToTree(body));
    }

    private static Duration wall(JsonNode deployment, Instant began) {
        return Duration.between(began, Instant.parse(deployment.path("endedAt").asText()));
    }

    private Map<String, Long> links(String id) {
        var links = new LinkedHashMap<String, Long>();
        for (JsonNode link :
                stack.api().get("/deployments/" + id + "/acquisitions").path("links")) {
            links.put(
                    link.path("from").asText() + "→" + link.path("to").asText(),
                    link.path("bytes").asLong());
        }
        return links;
    }
}
