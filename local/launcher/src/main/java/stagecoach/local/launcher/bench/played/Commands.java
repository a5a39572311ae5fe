package stagecoach.local.launcher.bench.played;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import stagecoach.local.launcher.bench.BenchPackage;
import stagecoach.local.launcher.bench.Meter;
import stagecoach.local.launcher.bench.Percentiles;
import stagecoach.local.launcher.installation.LocalMachines;

/** Commands to many machines that are only played, alone and beside bytes. */
public final class Commands {
    private static final int WARM_UP = 3;
    private static final int IDLE_ROUNDS = 6;

    private final LocalMachines stack;
    private final Path folder;
    private final Projects projects;

    /** On {@code stack}, with packages and certificates in {@code folder}. */
    public Commands(LocalMachines stack, Path folder) {
        this.stack = stack;
        this.folder = folder;
        this.projects = new Projects(stack);
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
        try (var fleet = new Fleet(stack, folder)) {
            fleet.joinTogether(1, targets, Fleet.JOINING, List.of("all"));
            projects.release("fan-out", List.of(Projects.script("once", "DEPLOYMENT", "all")));
            projects.deploy("fan-out");
            fleet.times();
            Meter meter = Meter.begin(stack);
            long asked = System.nanoTime();
            projects.deploy("fan-out");
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

    /**
     * One command to each machine while all of them read a package, beside the same while nothing
     * else happens.
     *
     * @param idle from a command's arrival until the gateway knew its end
     * @param reading the same, while the packages were read
     * @param ratio of their medians
     * @param megabytesASecond over all machines
     */
    public record Control(
            int targets,
            Percentiles idle,
            Percentiles reading,
            double ratio,
            double megabytesASecond,
            double load) {}

    /**
     * Scripts on so many machines, which read a package through the gateway meanwhile.
     *
     * @param megabytesASecond what all their lines together let through; 0 for all that comes
     */
    public Control control(int targets, int packageMegabytes, int megabytesASecond)
            throws Exception {
        Path nupkg = BenchPackage.pack(folder, packageMegabytes);
        long bytesInAll = Files.size(nupkg) * targets;
        stack.api().push(nupkg);
        var pulls = new Pulls(stack.bytesUrl(), megabytesASecond * 1e6 / targets);
        try (var fleet = new Fleet(stack, folder, Optional.of(pulls));
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            fleet.joinTogether(1, targets, Fleet.JOINING, List.of("all"));
            projects.release("commands", List.of(Projects.script("once", "DEPLOYMENT", "all")));
            projects.release(
                    "bytes", List.of(Projects.packageStep("read", BenchPackage.ID, "all")));
            for (int i = 0; i < WARM_UP; i++) {
                projects.deploy("commands");
            }
            fleet.times();
            for (int i = 0; i < IDLE_ROUNDS; i++) {
                projects.deploy("commands");
            }
            List<Double> idle = fleet.times().roundTrips();

            Future<Projects.Ended> reading = threads.submit(() -> projects.deploy("bytes"));
            while (pulls.bytesRead() == 0 && !reading.isDone()) {
                TimeUnit.MILLISECONDS.sleep(1);
            }
            long began = System.nanoTime();
            long bytesBefore = pulls.bytesRead();
            long bytesBeside = 0;
            var busy = new ArrayList<Double>();
            double seconds = 0;
            while (pulls.bytesRead() < bytesInAll && !reading.isDone()) {
                projects.deploy("commands");
                List<Double> round = fleet.times().roundTrips();
                // Of the last round a part may have had the machines for itself.
                if (pulls.bytesRead() < bytesInAll) {
                    busy.addAll(round);
                    bytesBeside = pulls.bytesRead() - bytesBefore;
                    seconds = (System.nanoTime() - began) / 1e9;
                }
            }
            reading.get();
            Percentiles alone = Percentiles.of(idle);
            Percentiles beside = Percentiles.of(busy);
            return new Control(
                    targets,
                    alone,
                    beside,
                    beside.p50() / alone.p50(),
                    seconds == 0 ? Double.NaN : bytesBeside / 1e6 / seconds,
                    Meter.load());
        }
    }
}
