package stagecoach.local.launcher.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/**
 * Processor time of processes and all that they started, user and system, as {@code /proc} tells it
 * (proc(5), stat): the living ones' own and that of ended children they waited for.
 */
public record CpuTime(Map<Long, Long> ticksByPid) {
    private static final long TICKS_PER_SECOND = 100;

    public CpuTime {
        ticksByPid = Map.copyOf(ticksByPid);
    }

    /** The time so far of {@code pids} and their descendants. */
    public static CpuTime of(Collection<Long> pids) throws IOException {
        var ticks = new HashMap<Long, Long>();
        for (long pid : pids) {
            ticks.put(pid, ticks(pid));
            for (var descendant :
                    ProcessHandle.of(pid).stream().flatMap(ProcessHandle::descendants).toList()) {
                ticks.put(descendant.pid(), ticks(descendant.pid()));
            }
        }
        return new CpuTime(ticks);
    }

    /** Whose time it is. */
    Collection<Long> pids() {
        return ticksByPid.keySet();
    }

    /**
     * What was used since {@code earlier}; a process that has ended meanwhile counts by its parent.
     */
    public Duration since(CpuTime earlier) {
        long ticks =
                ticksByPid.entrySet().stream()
                        .mapToLong(
                                e ->
                                        Math.max(
                                                0,
                                                e.getValue()
                                                        - earlier.ticksByPid()
                                                                .getOrDefault(e.getKey(), 0L)))
                        .sum();
        return Duration.ofMillis(ticks * 1000 / TICKS_PER_SECOND);
    }

    private static long ticks(long pid) throws IOException {
        try {
            String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
            // The name in brackets may hold spaces; the third field comes behind it.
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            long ticks = 0;
            for (int field = 11; field <= 14; field++) {
                ticks += Long.parseLong(fields[field]);
            }
            return ticks;
        } catch (NoSuchFileException ended) {
            return 0;
        }
    }
}
