package stagecoach.local.launcher.bench.played;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import stagecoach.local.launcher.bench.BareHop;
import stagecoach.local.launcher.bench.Meter;
import stagecoach.local.launcher.bench.Percentiles;
import stagecoach.local.launcher.bench.Tables;
import stagecoach.local.launcher.demo.Nupkg;
import stagecoach.local.launcher.installation.LocalMachines;

/** Deployments to machines that are only played: the services alone, as quick as they go. */
public final class Played {
    private static final int COMMANDS_A_PHASE = 2;

    private final LocalMachines stack;
    private final Path folder;
    private final Projects projects;

    /** On {@code stack}, with packages and certificates in {@code folder}. */
    public Played(LocalMachines stack, Path folder) {
        this.stack = stack;
        this.folder = folder;
        this.projects = new Projects(stack);
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
                projects.deploy("warm");
            }
            BareHop.measure(stack, messages);
            for (int i = 0; i < deployments; i++) {
                projects.deploy("timed");
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
            projects.deploy("grow-" + most);
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
        Projects.Ended ended = projects.deploy("grow-" + size);
        return new Growth(
                size,
                ended.millis() / 1e3,
                Meter.sum(meter.secondsOf()) * 1e3 / size,
                Tables.of(stack).eventsOf(ended.id()) / size,
                Meter.load());
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
                                        took.add(projects.deploy(project).millis());
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

    private void pushPackages() throws IOException {
        Path text = Files.createDirectories(folder).resolve("played.txt");
        Files.writeString(text, "played", StandardCharsets.UTF_8);
        for (int n = 1; n <= COMMANDS_A_PHASE; n++) {
            stack.api()
                    .push(Nupkg.pack(folder, "Played.P" + n, "1.0.0", Map.of("played.txt", text)));
        }
    }

    /** Two scripts, two packages that are acquired, and their two installations. */
    private void project(String id, String tag) {
        List<Map<String, Object>> steps = new ArrayList<>();
        for (int n = 1; n <= COMMANDS_A_PHASE; n++) {
            steps.add(Projects.script("before-" + n, "PRE_ACQUISITION", tag));
        }
        for (int n = 1; n <= COMMANDS_A_PHASE; n++) {
            steps.add(Projects.packageStep("package-" + n, "Played.P" + n, tag));
        }
        projects.release(id, steps);
    }
}
