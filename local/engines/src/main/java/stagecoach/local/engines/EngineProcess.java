package stagecoach.local.engines;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** One engine as a child of this process, with its output in a file. */
final class EngineProcess {
    private static final Duration POLL = Duration.ofMillis(50);
    private static final Duration STOP_MAX = Duration.ofSeconds(20);

    private final String name;
    private final Process process;
    private final Path log;
    private final long logStart;

    private EngineProcess(String name, Process process, Path log, long logStart) {
        this.name = name;
        this.process = process;
        this.log = log;
        this.logStart = logStart;
    }

    static EngineProcess start(String name, EngineCommand command, Path log) {
        try {
            long logStart = Files.exists(log) ? Files.size(log) : 0;
            ProcessBuilder builder =
                    new ProcessBuilder(command.command())
                            .redirectErrorStream(true)
                            .redirectOutput(Redirect.appendTo(log.toFile()));
            builder.environment().putAll(command.environment());
            return new EngineProcess(name, builder.start(), log, logStart);
        } catch (IOException e) {
            throw new UncheckedIOException(name + " cannot be started", e);
        }
    }

    void awaitReady(Duration max) {
        long giveUp = System.nanoTime() + max.toNanos();
        while (!output().lines().anyMatch(line -> line.startsWith(EngineCommand.READY))) {
            if (!process.isAlive()) {
                throw new IllegalStateException(
                        "%s ended with exit code %d before it was ready:%n%s"
                                .formatted(name, process.exitValue(), output()));
            }
            if (System.nanoTime() > giveUp) {
                process.destroyForcibly();
                throw new IllegalStateException(
                        "%s was not ready after %d s:%n%s"
                                .formatted(name, max.toSeconds(), output()));
            }
            pause();
        }
    }

    /** SIGTERM and wait; after 20 seconds SIGKILL. */
    void stop() {
        process.destroy();
        if (!endsWithin(STOP_MAX)) {
            kill();
        }
    }

    /** SIGKILL and wait. */
    void kill() {
        process.destroyForcibly();
        endsWithin(STOP_MAX);
    }

    boolean endsWithin(Duration max) {
        try {
            return process.waitFor(max.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while " + name + " was ending", e);
        }
    }

    private String output() {
        try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
            file.seek(logStart);
            byte[] bytes = new byte[Math.toIntExact(file.length() - logStart)];
            file.readFully(bytes);
            return new String(bytes, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("the output of " + name + " cannot be read", e);
        }
    }

    private void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(POLL.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while " + name + " was starting", e);
        }
    }
}
