package stagecoach.local.engines;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The ports that this process means to use, told to the other processes of the same person. A port
 * is chosen long before its server listens on it; who starts meanwhile chooses another one. What is
 * free is for {@link FreePort} to say.
 */
public final class PortClaims {
    /** Byte N of the file stands for port N: whoever has it locked has claimed the port. */
    private final FileChannel file;

    private final Map<Integer, FileLock> mine = new HashMap<>();

    private PortClaims(FileChannel file) {
        this.file = file;
    }

    /**
     * Claims in a file; the operating system gives them back when this process ends, however it
     * ends.
     */
    public static PortClaims in(Path file) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        return new PortClaims(
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE));
    }

    /** Claims among all processes of this person on this computer. */
    public static PortClaims ofThisPerson() throws IOException {
        Path folder =
                Optional.ofNullable(System.getenv("XDG_RUNTIME_DIR"))
                        .map(Path::of)
                        .filter(Files::isWritable)
                        .map(place -> place.resolve("stagecoach"))
                        .orElseGet(
                                () ->
                                        Path.of(
                                                System.getProperty("java.io.tmpdir"),
                                                "stagecoach-" + System.getProperty("user.name")));
        return in(folder.resolve("ports"));
    }

    /** Whether the port is ours, now or since before; false while somebody else has it. */
    public synchronized boolean claim(int port) throws IOException {
        if (mine.containsKey(port)) {
            return true;
        }
        try {
            @Nullable FileLock lock = file.tryLock(port, 1, false);
            if (lock != null) {
                mine.put(port, lock);
            }
            return lock != null;
        } catch (OverlappingFileLockException e) {
            // Another one within this process has it; the operating system tells processes apart.
            return false;
        }
    }
}
