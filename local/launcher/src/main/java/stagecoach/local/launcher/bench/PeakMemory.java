package stagecoach.local.launcher.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The memory of a process as {@code /proc} tells it (proc(5), status): what is resident. */
public final class PeakMemory {
    private static final int KILO = 1024;

    private final Path process;

    private PeakMemory(long pid) {
        process = Path.of("/proc", Long.toString(pid));
    }

    /** Watches a process from now on. */
    public static PeakMemory of(long pid) throws IOException {
        var memory = new PeakMemory(pid);
        // The highest so far is forgotten.
        Files.writeString(memory.process.resolve("clear_refs"), "5");
        return memory;
    }

    /** Bytes just now. */
    public long now() throws IOException {
        return bytes("VmRSS:");
    }

    /** The most bytes since {@link #of}. */
    long peak() throws IOException {
        return bytes("VmHWM:");
    }

    private long bytes(String name) throws IOException {
        return Files.readAllLines(process.resolve("status")).stream()
                .filter(line -> line.startsWith(name))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) * KILO)
                .findFirst()
                .orElseThrow(() -> new IOException("there is no " + name + " in " + process));
    }
}
