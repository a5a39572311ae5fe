package stagecoach.local.launcher.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A process of this computer for good: the operating system gives a pid to somebody else one day,
 * but not with the same start time.
 *
 * @param startedAt as the operating system tells it
 */
public record ProcessIdentity(long pid, Instant startedAt) {
    private static final Duration POLL = Duration.ofMillis(50);

    /** Start times are told in clock ticks since the boot, whose own time may be corrected. */
    private static final Duration TOLERANCE = Duration.ofSeconds(2);

    /** The identity of a process that runs; empty if it has just ended. */
    public static Optional<ProcessIdentity> of(ProcessHandle process) {
        return process.info()
                .startInstant()
                .map(start -> new ProcessIdentity(process.pid(), start));
    }

    /** The process, if it still runs. */
    public Optional<ProcessHandle> running() {
        return ProcessHandle.of(pid).filter(this::isSame).filter(ProcessIdentity::isRunning);
    }

    private boolean isSame(ProcessHandle process) {
        return process.info()
                .startInstant()
                .map(start -> Duration.between(start, startedAt).abs().compareTo(TOLERANCE) <= 0)
                .orElse(false);
    }

    /** Whether it runs; one that is dead but not yet collected by its parent does not. */
    public static boolean isRunning(ProcessHandle process) {
        return process.isAlive() && !isZombie(process.pid());
    }

    private static boolean isZombie(long pid) {
        try {
            String line = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
            return line.startsWith("Z", line.lastIndexOf(')') + 2);
        } catch (IOException e) {
            // No such file: another operating system, or it has just ended, which isAlive() says.
            return false;
        }
    }

    /** SIGTERM, and SIGKILL if it still runs after so long; returns when it is gone. */
    public void end(Duration grace) throws InterruptedException {
        running().ifPresent(ProcessHandle::destroy);
        if (!endsWithin(grace)) {
            running().ifPresent(ProcessHandle::destroyForcibly);
            endsWithin(grace);
        }
    }

    private boolean endsWithin(Duration max) throws InterruptedException {
        long giveUp = System.nanoTime() + max.toNanos();
        while (running().isPresent()) {
            if (System.nanoTime() > giveUp) {
                return false;
            }
            TimeUnit.MILLISECONDS.sleep(POLL.toMillis());
        }
        return true;
    }
}
