package stagecoach.local.launcher.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Ends what scripts and engines left running, by the files in which they wrote their pid. A file
 * counts only for a process that was there before the file: a later one has the pid by chance.
 */
public final class PidFiles {
    private static final Duration GRACE = Duration.ofSeconds(5);
    private static final Duration CLOCK_TOLERANCE = Duration.ofSeconds(2);

    private PidFiles() {}

    /**
     * Ends every process named by a file {@code *.pid} in this folder or below and removes the
     * files.
     *
     * @return the names of the files whose process still ran
     */
    public static List<String> endAllIn(Path folder) throws IOException, InterruptedException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        List<Path> files;
        try (Stream<Path> paths = Files.walk(folder)) {
            files = paths.filter(path -> path.toString().endsWith(".pid")).toList();
        }
        var ended = new java.util.ArrayList<String>();
        for (Path file : files) {
            if (end(file)) {
                ended.add(file.getFileName().toString());
            }
            Files.deleteIfExists(file);
        }
        return List.copyOf(ended);
    }

    /** Ends the process that this file names on its first line; whether there was one. */
    public static boolean end(Path file) throws IOException, InterruptedException {
        Optional<ProcessIdentity> named = namedBy(file);
        if (named.isEmpty()) {
            return false;
        }
        named.get().end(GRACE);
        return true;
    }

    private static Optional<ProcessIdentity> namedBy(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        Instant written = Files.getLastModifiedTime(file).toInstant();
        return Files.readString(file)
                .lines()
                .findFirst()
                .map(String::strip)
                .filter(line -> line.matches("\\d{1,18}"))
                .flatMap(pid -> ProcessHandle.of(Long.parseLong(pid)))
                .filter(ProcessIdentity::isRunning)
                .flatMap(ProcessIdentity::of)
                .filter(it -> it.startedAt().isBefore(written.plus(CLOCK_TOLERANCE)));
    }
}
