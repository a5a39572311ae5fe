package stagecoach.local.launcher.bench.played;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import stagecoach.local.launcher.bench.CpuTime;
import stagecoach.local.launcher.bench.Meter;
import stagecoach.local.launcher.bench.PeakMemory;
import stagecoach.local.launcher.installation.LocalMachines;

/** What machines cost that are only connected: memory of the gateway, and its processor time. */
public final class IdleBench {
    private static final String GATEWAY = "agent-gateway";
    private static final int WARM = 200;
    private static final long COLLECTING_SECONDS_MAX = 60;

    private final LocalMachines stack;
    private final Path folder;

    /** On {@code stack}, with certificates in {@code folder}. */
    public IdleBench(LocalMachines stack, Path folder) {
        this.stack = stack;
        this.folder = folder;
    }

    /**
     * What was found.
     *
     * @param bytesBefore of the gateway's resident memory, with some machines connected
     * @param bytesAfter the same with all of them
     * @param bytesEach what each further one takes
     * @param joinSeconds how long they took to be enrolled and connected
     * @param cpuMillisASecond of the gateway, while nothing happens
     */
    public record Answer(
            int tentacles,
            long bytesBefore,
            long bytesAfter,
            double bytesEach,
            double joinSeconds,
            double cpuMillisASecond,
            double load) {}

    /** Connects so many, waits so long, and looks. */
    public Answer run(int tentacles, int idleSeconds) throws Exception {
        long pid = stack.processes().getOrDefault(GATEWAY, List.of()).getFirst();
        var memory = PeakMemory.of(pid);
        try (var fleet = new Fleet(stack, folder)) {
            // What the first ones load stays, however many come.
            fleet.joinTogether(1, WARM, Fleet.JOINING, List.of("all"));
            collect(pid);
            long before = memory.now();
            long began = System.nanoTime();
            fleet.joinTogether(WARM + 1, WARM + tentacles, Fleet.JOINING, List.of("all"));
            double joined = (System.nanoTime() - began) / 1e9;
            collect(pid);
            CpuTime idle = CpuTime.of(List.of(pid));
            TimeUnit.SECONDS.sleep(idleSeconds);
            double cpu = CpuTime.of(List.of(pid)).since(idle).toMillis() / (double) idleSeconds;
            collect(pid);
            long after = memory.now();
            return new Answer(
                    tentacles,
                    before,
                    after,
                    (after - before) / (double) tentacles,
                    joined,
                    cpu,
                    Meter.load());
        }
    }

    /** What is not used any more does not count: it is given back. */
    private static void collect(long pid) throws IOException, InterruptedException {
        Process jcmd =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                                Long.toString(pid),
                                "GC.run")
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        if (!jcmd.waitFor(COLLECTING_SECONDS_MAX, TimeUnit.SECONDS) || jcmd.exitValue() != 0) {
            throw new IOException("jcmd could not have the gateway's memory collected");
        }
    }
}
