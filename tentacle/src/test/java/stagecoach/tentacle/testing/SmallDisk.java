package stagecoach.tentacle.testing;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;

/** A disk of two megabytes, which only root can make; tests are skipped, in words, elsewhere. */
public final class SmallDisk implements AutoCloseable {
    private final Path path;

    private SmallDisk(Path path) {
        this.path = path;
    }

    public static SmallDisk at(Path path) throws IOException, InterruptedException {
        Files.createDirectories(path);
        assumeTrue(
                run("mount", "-t", "tmpfs", "-o", "size=2m", "none", path.toString()),
                "skipped: no small disk can be mounted here, which takes root on Linux");
        return new SmallDisk(path);
    }

    public Path path() {
        return path;
    }

    /** Somebody else takes the rest of it; what was said when there was no more. */
    public IOException fill() throws IOException {
        try (var out =
                Files.newOutputStream(
                        filler(), StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            return writeUntilItFails(out);
        }
    }

    private static IOException writeUntilItFails(OutputStream out) {
        while (true) {
            try {
                out.write(new byte[1 << 12]);
            } catch (IOException full) {
                return full;
            }
        }
    }

    /** What was taken so is free again. */
    public void free() throws IOException {
        Files.delete(filler());
    }

    private Path filler() {
        return path.resolve("filler");
    }

    @Override
    public void close() {
        try {
            run("umount", "-l", path.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean run(String... command) throws InterruptedException {
        try {
            Process process =
                    new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start();
            return process.waitFor(30, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException absent) {
            return false;
        }
    }
}
