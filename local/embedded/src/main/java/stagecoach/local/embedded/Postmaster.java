package stagecoach.local.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The PostgreSQL process that works on a data folder. It is no child of ours (pg_ctl sets it free),
 * so its life is read from the operating system.
 */
final class Postmaster {
    private static final Duration FAST_STOP_MAX = Duration.ofSeconds(20);
    private static final Duration POLL = Duration.ofMillis(100);

    private final ProcessHandle process;

    private Postmaster(ProcessHandle process) {
        this.process = process;
    }

    /** The server that runs on this folder, by its own pid file; empty for a stale or no file. */
    static Optional<Postmaster> of(Path data) throws IOException {
        Path file = data.resolve("postmaster.pid");
        List<String> lines;
        try {
            lines = Files.readAllLines(file);
        } catch (NoSuchFileException e) {
            // It never ran, or has just ended.
            return Optional.empty();
        }
        if (lines.isEmpty() || !lines.getFirst().strip().matches("\\d+")) {
            return Optional.empty();
        }
        return ProcessHandle.of(Long.parseLong(lines.getFirst().strip()))
                .filter(Postmaster::isPostgres)
                .map(Postmaster::new)
                .filter(Postmaster::isAlive);
    }

    /**
     * Removes what a killed server left behind, so that the next one can start: its back ends,
     * which may still work for a moment, and its pid file, which the next one would believe while
     * nobody has collected the dead process. To be called only by the holder of the folder's lock.
     */
    static void clearDead(Path data) throws IOException, InterruptedException {
        Path proc = Path.of("/proc");
        if (of(data).isPresent() || !Files.isDirectory(proc.resolve("self"))) {
            return;
        }
        for (ProcessHandle process : ProcessHandle.allProcesses().toList()) {
            Path directory = proc.resolve(Long.toString(process.pid())).resolve("cwd");
            if (isPostgres(process) && worksIn(directory, data)) {
                kill(List.of(process));
            }
        }
        Files.deleteIfExists(data.resolve("postmaster.pid"));
    }

    /** Kills these, and returns when they have ended. */
    static void kill(List<ProcessHandle> processes) throws InterruptedException {
        processes.forEach(ProcessHandle::destroyForcibly);
        for (ProcessHandle process : processes) {
            new Postmaster(process).awaitEnd();
        }
    }

    private static boolean worksIn(Path directory, Path data) {
        try {
            return Files.isSameFile(directory, data);
        } catch (IOException e) {
            // Ended in between, or another user's: not ours.
            return false;
        }
    }

    /** A stale file may name a process that has nothing to do with us. */
    private static boolean isPostgres(ProcessHandle process) {
        return process.info().command().map(command -> command.endsWith("/postgres")).orElse(false);
    }

    long pid() {
        return process.pid();
    }

    /** A zombie is dead: in a container nobody may collect it. */
    boolean isAlive() {
        return process.isAlive() && !isZombie();
    }

    private boolean isZombie() {
        Path stat = Path.of("/proc", Long.toString(process.pid()), "stat");
        try {
            String line = Files.readString(stat);
            return line.startsWith("Z", line.lastIndexOf(')') + 2);
        } catch (IOException e) {
            // No such file: another operating system, or it has just ended, which isAlive() says.
            return false;
        }
    }

    /** Returns when the server has ended. */
    void awaitEnd() throws InterruptedException {
        while (isAlive()) {
            TimeUnit.MILLISECONDS.sleep(POLL.toMillis());
        }
    }

    /** Ends it as {@code pg_ctl stop -m fast} does; after 20 seconds it is killed. */
    void stop() throws IOException, InterruptedException {
        // SIGTERM would wait for every client to leave, and Java can send nothing else itself.
        new ProcessBuilder("kill", "-INT", Long.toString(pid())).start().waitFor();
        long giveUp = System.nanoTime() + FAST_STOP_MAX.toNanos();
        while (isAlive()) {
            if (System.nanoTime() > giveUp) {
                process.destroyForcibly();
            }
            TimeUnit.MILLISECONDS.sleep(POLL.toMillis());
        }
    }
}
