package stagecoach.local.launcher.process;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/**
 * The output of one process. It writes there itself, so that nothing is lost when the supervisor is
 * not there; the file is put aside at a start once it is large.
 */
public final class LogFile {
    private static final long LARGE_BYTES = 8L << 20;
    private static final int TAIL_BYTES_MAX = 64 << 10;

    private final Path path;
    private long start;

    /** The log of the named process in this folder. */
    public LogFile(Path folder, String name) {
        path = folder.resolve(name + ".log");
    }

    /** Where it lies. */
    public Path path() {
        return path;
    }

    /** Begins a new life of the process: what comes from now on belongs to it. */
    void begin() throws IOException {
        Files.createDirectories(path.toAbsolutePath().getParent());
        if (Files.exists(path) && Files.size(path) > LARGE_BYTES) {
            Files.move(
                    path,
                    path.resolveSibling(path.getFileName() + ".1"),
                    StandardCopyOption.REPLACE_EXISTING);
        }
        start = Files.exists(path) ? Files.size(path) : 0;
    }

    /** Whether a whole line of this life begins so. */
    boolean hasLine(String beginning) throws IOException {
        return read(start, Integer.MAX_VALUE).lines().anyMatch(line -> line.startsWith(beginning));
    }

    /** The last lines of this life, to be shown when it went wrong. */
    public List<String> tail(int lines) throws IOException {
        List<String> all = read(start, TAIL_BYTES_MAX).lines().toList();
        return all.subList(Math.max(0, all.size() - lines), all.size());
    }

    private String read(long from, int bytesMax) throws IOException {
        if (!Files.exists(path)) {
            return "";
        }
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "r")) {
            long end = file.length();
            long begin = Math.max(Math.min(from, end), end - bytesMax);
            byte[] bytes = new byte[Math.toIntExact(end - begin)];
            file.seek(begin);
            file.readFully(bytes);
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }
}
