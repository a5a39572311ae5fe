package stagecoach.local.launcher.bench;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import stagecoach.local.launcher.demo.Nupkg;

/** A package whose bytes do not compress and are the same in every run. */
public final class BenchPackage {
    public static final String ID = "Bench.Package";
    static final String VERSION = "1.0.0";

    private static final int MEGABYTE = 1_000_000;

    private BenchPackage() {}

    /** Where {@link #pack} leaves it. */
    static Path file(Path folder) {
        return folder.resolve(ID + "." + VERSION + ".nupkg");
    }

    /** Packs so many bytes into a package in {@code folder}. */
    public static Path pack(Path folder, int megabytes) throws IOException {
        return pack(folder, ID, megabytes);
    }

    /** The same under another name, and with bytes that no other name has. */
    static Path pack(Path folder, String id, int megabytes) throws IOException {
        Files.createDirectories(folder);
        Path payload = folder.resolve("payload.bin");
        var random = new Random(20131 + id.hashCode());
        byte[] block = new byte[MEGABYTE];
        try (OutputStream out = Files.newOutputStream(payload)) {
            for (int i = 0; i < megabytes; i++) {
                random.nextBytes(block);
                out.write(block);
            }
        }
        return Nupkg.pack(folder, id, VERSION, Map.of("payload.bin", payload));
    }
}
