package stagecoach.local.launcher.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import stagecoach.local.launcher.installation.LocalMachines;

/** Processor time of everything that a local default runs, from one moment on. */
public final class Meter {
    private static final String TENTACLE = "tentacle-";

    private final Map<String, CpuTime> before;

    private Meter(Map<String, CpuTime> before) {
        this.before = before;
    }

    /** From now on, for the processes that run now. */
    public static Meter begin(LocalMachines stack) throws IOException, InterruptedException {
        Map<String, CpuTime> times = new LinkedHashMap<>();
        for (var process : stack.processes().entrySet()) {
            times.put(process.getKey(), CpuTime.of(process.getValue()));
        }
        return new Meter(times);
    }

    /** Seconds so far, by process; all tentacles are one. */
    public Map<String, Double> secondsOf() throws IOException {
        Map<String, Double> seconds = new TreeMap<>();
        for (var process : before.entrySet()) {
            String name = process.getKey().startsWith(TENTACLE) ? "tentacles" : process.getKey();
            CpuTime now = CpuTime.of(process.getValue().pids());
            seconds.merge(name, now.since(process.getValue()).toMillis() / 1e3, Double::sum);
        }
        seconds.replaceAll((name, sum) -> Math.round(sum * 100) / 100.0);
        return seconds;
    }

    public static double sum(Map<String, Double> seconds) {
        double sum = seconds.values().stream().mapToDouble(Double::doubleValue).sum();
        return Math.round(sum * 100) / 100.0;
    }

    /** The load average of the last minute: what else this computer did. */
    public static double load() throws IOException {
        String line = Files.readString(Path.of("/proc/loadavg"));
        return Double.parseDouble(line.substring(0, line.indexOf(' ')));
    }
}
