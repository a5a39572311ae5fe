package stagecoach.local.launcher.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import stagecoach.local.launcher.demo.Nupkg;
import stagecoach.local.launcher.installation.LocalMachines;
import stagecoach.wire.StagecoachJson;

/** Deployments to machines that are only played: the services alone, as quick as they go. */
public final class Played {
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    /** Whoever looks costs what is measured; the end itself is told by the server. */
    private static final long POLL_MILLIS = 500;

    private static final int COMMANDS_A_PHASE = 2;

    /** As many machines are enrolled at the same time. */
    private static final int JOINING = 8;

    private final LocalMachines stack;
    private final Path folder;

    /** On {@code stack}, with packages and certificates in {@code folder}. */
    public Played(LocalMachines stack, Path folder) {
        this.stack = stack;
        this.folder = folder;
    }

    /**
     * How long an event takes from one service to the next one.
     *
     * @param hops decided by one service, until it has been decided about by the next one
     * @param floor sent to the same broker, until it was read and a row was committed to the same
     *     database
     */
    public record Latency(int deployments, Percentiles hops, Percentiles floor, double load) {}

    /** One deployment after the other, and a bare broker and database beside it. */
    public Latency latency(int deployments, int messages) throws Exception {
        pushPackages();
        try (var fleet = new Fleet(stack, folder)) {
            fleet.join(1, 5, number -> List.of("all"));
            project("warm", "all");
            project("timed", "all");
            for (int i = 0; i < Math.max(3, deployments / 3); i++) {
                deploy("warm");
            }
            BareHop.measure(stack, messages);
            for (int i = 0; i < deployments; i++) {
                deploy("timed");
            }
            return new Latency(
                    deployments,
                    Percentiles.of(Tables.of(stack).hops("timed")),
                    BareHop.measure(stack, messages),
                    Meter.load());
        }
    }

    /**
     * How many small deployments a second, so many of them at once.
     *
     * @param perSecond ended, from the first request to the last end
     * @param took from the request to the end of each
     * @param cpuMillisEach of all services, broker and database
     * @param cpuSecondsOf of all deployments together, by process
     */
    public record Throughput(
            int deployments,
            int atOnce,
            double perSecond,
            Percentiles took,
            double cpuMillisEach,
            Map<String, Double> cpuSecondsOf,
            long rowsEach,
            double load) {}

    /** Deployments of three phases to five machines with two commands in each phase. */
    public Throughput throughput(int deployments, int atOnce) throws Exception {
        pushPackages();
        try (var fleet = new Fleet(stack, folder)) {
            fleet.join(1, 5, number -> List.of("all"));
            for (int i = 0; i < atOnce; i++) {
                project("small-" + i, "all");
            }
            burst(atOnce * 2, atOnce);
            Tables before = Tables.of(stack);
            Meter meter = Meter.begin(stack);
            Instant began = Instant.now();
            List<Double> took = burst(deployments, atOnce);
            double seconds = Duration.between(began, Instant.now()).toMillis() / 1e3;
            Map<String, Double> cpu = meter.secondsOf();
            return new Throughput(
                    deployments,
                    atOnce,
                    deployments / seconds,
                    Percentiles.of(took),
                    Meter.sum(cpu) * 1e3 / deployments,
                    cpu,
                    (Tables.of(stack).rows() - before.rows()) / deployments,
                    Meter.load());
        }
    }

    /**
     * What one machine costs in a deployment to so many.
     *
     * @param cpuMillisATarget of all services, broker and database
     */
    public record Growth(
            int targets,
            double wallSeconds,
            double cpuMillisATarget,
            long eventsATarget,
            double load) {}

    /** The same deployment to ever more machines, in turns; the cheaper of two each. */
    public List<Growth> growth(List<Integer> sizes) throws Exception {
        int most = sizes.stream().mapToInt(Integer::intValue).max().orElseThrow();
        pushPackages();
        try (var fleet = new Fleet(stack, folder)) {
            fleet.join(
                    1,
                    most,
                    number ->
                            sizes.stream()
                                    .filter(size -> number <= size)
                                    .map(size -> "of-" + size)
                                    .toList());
            for (int size : sizes) {
                project("grow-" + size, "of-" + size);
            }
            deploy("grow-" + most);
            List<Growth> best = new ArrayList<>();
            for (int round = 0; round < 2; round++) {
                for (int i = 0; i < sizes.size(); i++) {
                    Growth grown = grown(sizes.get(i));
                    if (round == 0) {
                        best.add(grown);
                    } else if (grown.cpuMillisATarget() < best.get(i).cpuMillisATarget()) {
                        best.set(i, grown);
                    }
                }
            }
            return best;
        }
    }

    private Growth grown(int size) throws Exception {
        Meter meter = Meter.begin(stack);
        Ended ended = deploy("grow-" + size);
        return new Growth(
                size,
                ended.millis() / 1e3,
                Meter.sum(meter.secondsOf()) * 1e3 / size,
                Tables.of(stack).eventsOf(ended.id()) / size,
                Meter.load());
    }

    /**
     * One command to each of many machines, and their answers.
     *
     * @param arrived from the request to a machine's command, in milliseconds
     * @param answered from a machine's command until the gateway knew its end
     * @param cpuMillisEach of all services, broker and database, for each command
     * @param gatewayCpuMillisEach of the gateway alone
     */
    public record FanOut(
            int targets,
            Percentiles arrived,
            Percentiles answered,
            double cpuMillisEach,
            double gatewayCpuMillisEach,
            double load) {}

    /** One script on so many machines; the second time, when everything is warm. */
    public FanOut fanOut(int targets) throws Exception {
        put("/environments/production", Map.of("name", "production"));
        try (var fleet = new Fleet(stack, folder)) {
            fleet.joinTogether(1, targets, JOINING, List.of("all"));
            put("/projects/fan-out", Map.of("name", "fan-out"));
            put(
                    "/projects/fan-out/process",
                    Map.of("steps", List.of(script("once", "DEPLOYMENT", "all"))));
            stack.api().post("/projects/fan-out/releases", Map.of("version", "1.0.0"));
            deploy("fan-out");
            fleet.times();
            Meter meter = Meter.begin(stack);
            long asked = System.nanoTime();
            deploy("fan-out");
            Map<String, Double> cpu = meter.secondsOf();
            Fleet.Times times = fleet.times();
            return new FanOut(
                    targets,
                    Percentiles.of(
                            times.arrivals().stream().map(at -> (at - asked) / 1e6).toList()),
                    Percentiles.of(times.roundTrips()),
                    Meter.sum(cpu) * 1e3 / targets,
                    cpu.getOrDefault("agent-gateway", 0.0) * 1e3 / targets,
                    Meter.load());
        }
    }

    /** So many deployments at once, each of another project, until all have ended. */
    private List<Double> burst(int deployments, int atOnce) throws Exception {
        var next = new AtomicInteger();
        var took = new ConcurrentLinkedQueue<Double>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < atOnce; i++) {
                String project = "small-" + i;
                all.add(
                        threads.submit(
                                () -> {
                                    while (next.getAndIncrement() < deployments) {
                                        took.add(deploy(project).millis());
                                    }
                                    return null;
                                }));
            }
            for (Future<?> each : all) {
                each.get();
            }
        }
        return List.copyOf(took);
    }

    private record Ended(String id, double millis) {}

    private Ended deploy(String project) throws IOException, InterruptedException {
        Instant began = Instant.now();
        String id =
                stack.api()
                        .postOnce(
                                "/deployments",
                                Map.of(
                                        "project", project,
                                        "release", "1.0.0",
                                        "environment", "production"),
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

    private void pushPackages() throws IOException {
        put("/environments/production", Map.of("name", "production"));
        Path text = Files.createDirectories(folder).resolve("played.txt");
        Files.writeString(text, "played", StandardCharsets.UTF_8);
        for (int n = 1; n <= COMMANDS_A_PHASE; n++) {
            stack.api()
                    .push(Nupkg.pack(folder, "Played.P" + n, "1.0.0", Map.of("played.txt", text)));
        }
    }

    /** Two scripts, two packages that are acquired, and their two installations. */
    private void project(String id, String tag) {
        put("/projects/" + id, Map.of("name", id));
        List<Map<String, Object>> steps = new ArrayList<>();
        for (int n = 1; n <= COMMANDS_A_PHASE; n++) {
            steps.add(script("before-" + n, "PRE_ACQUISITION", tag));
        }
        for (int n = 1; n <= COMMANDS_A_PHASE; n++) {
            steps.add(
                    Map.of(
                            "name",
                            "package-" + n,
                            "kind",
                            "PACKAGE",
                            "runOn",
                            Map.of("tags", List.of(tag)),
                            "package",
                            Map.of(
                                    "feed", "built-in",
                                    "id", "Played.P" + n,
                                    "acquisitionLocation", "SERVER")));
        }
        put("/projects/" + id + "/process", Map.of("steps", steps));
        stack.api().post("/projects/" + id + "/releases", Map.of("version", "1.0.0"));
    }

    private static Map<String, Object> script(String name, String phase, String tag) {
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
