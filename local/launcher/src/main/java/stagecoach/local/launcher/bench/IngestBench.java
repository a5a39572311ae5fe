package stagecoach.local.launcher.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import stagecoach.local.launcher.demo.Nupkg;
import stagecoach.local.launcher.installation.LocalMachines;

/**
 * Packages are pushed to the package-service, many small ones and then a large one, beside a plain
 * copy that is brought to disk and hashed.
 */
public final class IngestBench {
    private static final String SERVICE = "package-service";
    private static final int AT_ONCE = 8;
    private static final int SMALL_BYTES = 10_000;

    private final LocalMachines stack;
    private final Path folder;
    private final Path checkout;

    /** On {@code stack}, with its packages in {@code folder}. */
    public IngestBench(LocalMachines stack, Path folder, Path checkout) {
        this.stack = stack;
        this.folder = folder;
        this.checkout = checkout;
    }

    /** What was found. */
    public record Answer(Part small, Part large) {}

    /**
     * One kind of packages.
     *
     * @param cpuSeconds of the package-service alone
     * @param memoryBefore bytes of it that were resident before
     * @param memoryPeak the most meanwhile
     * @param floor the same packages, copied and hashed; at once behind it
     */
    public record Part(
            int packages,
            long bytes,
            double wallSeconds,
            double cpuSeconds,
            long memoryBefore,
            long memoryPeak,
            Peer.Found floor) {}

    /**
     * Has so many small packages pushed, eight at once, and one of so many times 1,000,000 bytes.
     */
    public Answer run(int smallPackages, int largeMegabytes) throws Exception {
        Path small = folder.resolve("small");
        List<Path> packages = packSmall(small, smallPackages);
        Part ofSmall = pushed(small, packages);
        Path large = folder.resolve("large");
        Path one = BenchPackage.pack(large, largeMegabytes);
        Files.delete(large.resolve("payload.bin"));
        return new Answer(ofSmall, pushed(large, List.of(one)));
    }

    private static List<Path> packSmall(Path folder, int count) throws IOException {
        Files.createDirectories(folder);
        var random = new Random(20131);
        Path payload = folder.resolve("payload.bin");
        byte[] bytes = new byte[SMALL_BYTES];
        List<Path> packages = new ArrayList<>();
        for (int n = 1; n <= count; n++) {
            random.nextBytes(bytes);
            Files.write(payload, bytes);
            packages.add(
                    Nupkg.pack(folder, "Bench.Small" + n, "1.0.0", Map.of("payload.bin", payload)));
        }
        return packages;
    }

    private Part pushed(Path folder, List<Path> packages) throws Exception {
        long process = stack.processes().getOrDefault(SERVICE, List.of()).getFirst();
        PeakMemory memory = PeakMemory.of(process);
        long memoryBefore = memory.now();
        var cpuBefore = CpuTime.of(List.of(process));
        long begun = System.nanoTime();
        push(packages);
        double wall = (System.nanoTime() - begun) / 1e9;
        Duration cpu = CpuTime.of(List.of(process)).since(cpuBefore);
        long bytes = 0;
        for (Path each : packages) {
            bytes += Files.size(each);
        }
        return new Part(
                packages.size(),
                bytes,
                wall,
                cpu.toMillis() / 1e3,
                memoryBefore,
                memory.peak(),
                new Peer(checkout, "ingest.sh").measure(Map.of(), folder));
    }

    private void push(List<Path> packages) throws Exception {
        try (var threads = Executors.newFixedThreadPool(AT_ONCE)) {
            List<Future<?>> pushes = new ArrayList<>();
            for (Path each : packages) {
                pushes.add(
                        threads.submit(
                                () -> {
                                    stack.api().push(each);
                                    return true;
                                }));
            }
            for (Future<?> push : pushes) {
                push.get();
            }
        }
    }
}
