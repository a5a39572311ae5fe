package stagecoach.packages.server.blob;

import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;

/**
 * A disk of a few megabytes: a tmpfs, which only root can mount. Elsewhere the test that wants one
 * says that it was skipped.
 */
public final class SmallDisk implements AutoCloseable {
    private static final int PIECE = 1 << 14;

    private final Path root;

    private SmallDisk(Path root) {
        this.root = root;
    }

    /** Mounts one at a folder, which is created; or skips the test. */
    public static SmallDisk mount(Path at, int megabytes) throws IOException, InterruptedException {
        Files.createDirectories(at);
        if (run("mount", "-t", "tmpfs", "-o", "size=" + megabytes + "m", "none", at.toString())
                != 0) {
            abort("skipped: no small disk can be mounted here, which takes root on Linux");
        }
        return new SmallDisk(at);
    }

    /** Its root. */
    public Path root() {
        return root;
    }

    /** Lets somebody else fill it to the last byte. */
    public void fill() throws IOException {
        byte[] piece = new byte[PIECE];
        try (var out =
                Files.newOutputStream(
                        filler(), StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            while (true) {
                out.write(piece);
            }
        } catch (IOException full) {
            if (DiskFullException.named(full) == full) {
                throw full;
            }
        }
    }

    /** There is room again. */
    public void empty() throws IOException {
        Files.deleteIfExists(filler());
    }

    private Path filler() {
        return root.resolve("filler");
    }

    private static int run(String... command) throws IOException, InterruptedException {
        Process process;
        try {
            process =
                    new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start();
        } catch (IOException absent) {
            return -1;
        }
        return process.waitFor(30, TimeUnit.SECONDS) ? process.exitValue() : -1;
    }

    @Override
    public void close() throws IOException {
        try {
            if (run("umount", "-l", root.toString()) != 0) {
                throw new IOException("the small disk stays mounted at " + root);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
