package stagecoach.local.engines;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Who listens on a port of this computer, where the operating system tells it: on Linux. */
public final class PortUser {
    private static final Path PROC = Path.of("/proc");
    private static final String LISTENS = "0A";
    private static final int STATE = 3;
    private static final int INODE = 9;

    private PortUser() {}

    /**
     * Such as {@code nginx (process 4711)}; empty if nobody listens on it, or if it is somebody
     * else's process, which only administrators see.
     */
    public static Optional<String> of(int port) {
        try {
            Set<String> sockets = sockets(port);
            return sockets.isEmpty() ? Optional.empty() : owner(sockets);
        } catch (IOException | DirectoryIteratorException e) {
            // No Linux, or it tells us nothing: then the port alone has to do.
            return Optional.empty();
        }
    }

    /** As {@code /proc/N/fd} names the sockets that listen on it. */
    private static Set<String> sockets(int port) throws IOException {
        Set<String> found = new HashSet<>();
        for (String table : List.of("net/tcp", "net/tcp6")) {
            Path file = PROC.resolve(table);
            if (!Files.isReadable(file)) {
                continue;
            }
            for (String line : Files.readAllLines(file)) {
                String[] columns = line.strip().split("\\s+", -1);
                if (columns.length > INODE
                        && columns[STATE].equals(LISTENS)
                        && columns[1].endsWith(":%04X".formatted(port))) {
                    found.add("socket:[%s]".formatted(columns[INODE]));
                }
            }
        }
        return found;
    }

    private static Optional<String> owner(Set<String> sockets) throws IOException {
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
            for (Path process : processes) {
                if (has(process, sockets)) {
                    return Optional.of(
                            "%s (process %s)"
                                    .formatted(
                                            Files.readString(process.resolve("comm")).strip(),
                                            process.getFileName()));
                }
            }
            return Optional.empty();
        }
    }

    private static boolean has(Path process, Set<String> sockets) {
        try (DirectoryStream<Path> open = Files.newDirectoryStream(process.resolve("fd"))) {
            for (Path file : open) {
                if (Files.isSymbolicLink(file)
                        && sockets.contains(Files.readSymbolicLink(file).toString())) {
                    return true;
                }
            }
            return false;
        } catch (IOException | DirectoryIteratorException e) {
            // Somebody else's, or it has just ended.
            return false;
        }
    }
}
