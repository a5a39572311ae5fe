package stagecoach.local.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/** The one folder of an engine, held by one process at a time, and the checks before a start. */
final class EngineFolder {
    private final Path path;

    /** Kept reachable for as long as the process lives: closing it would give up the lock. */
    private final FileLock lock;

    private EngineFolder(Path path, FileLock lock) {
        this.path = path;
        this.lock = lock;
    }

    /** Creates the folder where it is missing and takes its lock. */
    static EngineFolder open(Path folder) throws EngineFailure {
        Path path = folder.toAbsolutePath().normalize();
        try {
            Files.createDirectories(path);
            FileChannel channel =
                    FileChannel.open(
                            path.resolve("engine.lock"),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE);
            @Nullable FileLock lock = channel.tryLock();
            if (lock == null) {
                channel.close();
                throw new EngineFailure(
                        "the data folder %s is in use by another process. Stop that one first, or choose another folder."
                                .formatted(path));
            }
            return new EngineFolder(path, lock);
        } catch (IOException e) {
            throw new EngineFailure(
                    "the data folder %s cannot be used. Make it a writable directory, or choose another one."
                            .formatted(path),
                    e);
        }
    }

    Path resolve(String child) {
        return path.resolve(child);
    }

    boolean isHeld() {
        return lock.isValid();
    }

    @Override
    public String toString() {
        return path.toString();
    }

    /** Refuses a port that something else listens on. */
    static void requireFree(int port, String purpose) throws EngineFailure {
        try (ServerSocket probe = new ServerSocket()) {
            probe.setReuseAddress(true);
            probe.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port));
        } catch (IOException e) {
            throw new EngineFailure(
                    "port %d on 127.0.0.1 is taken, so %s cannot listen there. Stop what uses it, or choose another port."
                            .formatted(port, purpose),
                    e);
        }
    }

    static int port(String argument) throws EngineFailure {
        try {
            int port = Integer.parseInt(argument);
            if (port > 0 && port < 65536) {
                return port;
            }
        } catch (NumberFormatException e) {
            throw new EngineFailure(
                    "\"%s\" is not a port. Give a number from 1 to 65535.".formatted(argument), e);
        }
        throw new EngineFailure(
                "%s is not a port. Give a number from 1 to 65535.".formatted(argument));
    }

    static void deleteTree(Path root) throws IOException {
        if (!Files.exists(root)) {
            return;
        }
        try (var paths = Files.walk(root)) {
            paths.sorted(Comparator.reverseOrder())
                    .forEach(
                            each -> {
                                try {
                                    Files.deleteIfExists(each);
                                } catch (IOException e) {
                                    throw new UncheckedIOException(e);
                                }
                            });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }
}
