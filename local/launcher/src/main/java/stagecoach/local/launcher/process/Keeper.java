package stagecoach.local.launcher.process;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Keeps one process running: starts it, waits until it is ready, starts it again when it ends. The
 * order among processes is the supervisor's.
 */
public final class Keeper {
    private static final Duration POLL = Duration.ofMillis(50);

    /** Who takes longer than this to get ready no longer holds back the start of others. */
    private static final Duration PERMIT_MAX = Duration.ofSeconds(15);

    /**
     * Who is not ready holds nothing that would have to be put down gently, but may have begun
     * others that it must end, on a busy machine.
     */
    private static final Duration UNREADY_STOP_MAX = Duration.ofSeconds(15);

    private final ProcessSpec spec;
    private final LogFile log;
    private final BackOff backOff;
    private final ReadinessProbe probe;
    private final Semaphore starts;
    private final Runnable changed;
    private final Thread thread;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition moved = lock.newCondition();
    private ProcessState state = ProcessState.STARTING;
    private boolean stopping;
    private boolean held;
    private int restarts;
    private @Nullable Process process;
    private @Nullable ProcessIdentity identity;
    private @Nullable String reason;

    /**
     * A keeper that has not started anything yet.
     *
     * @param logs the folder of the log files
     * @param starts permits for starts at the same time, shared by all
     * @param changed is called after each change, never with a lock held
     */
    public Keeper(
            ProcessSpec spec,
            Path logs,
            BackOff backOff,
            ReadinessProbe probe,
            Semaphore starts,
            Runnable changed) {
        this.spec = spec;
        this.log = new LogFile(logs, spec.name());
        this.backOff = backOff;
        this.probe = probe;
        this.starts = starts;
        this.changed = changed;
        this.thread = Thread.ofVirtual().name("keeper-" + spec.name()).unstarted(this::keep);
    }

    /** Begins; returns at once. */
    public void start() {
        thread.start();
    }

    /** What is kept running. */
    public ProcessSpec spec() {
        return spec;
    }

    /** Its output. */
    public LogFile log() {
        return log;
    }

    /** Its row of the table. */
    public ProcessStatus status() {
        lock.lock();
        try {
            return new ProcessStatus(
                    spec.name(),
                    Optional.ofNullable(identity),
                    spec.url(),
                    state,
                    log.path(),
                    restarts,
                    Optional.ofNullable(reason));
        } finally {
            lock.unlock();
        }
    }

    /** Returns once the process is READY, FAILED or STOPPED. */
    public ProcessState awaitSettled() throws InterruptedException {
        lock.lock();
        try {
            while (state == ProcessState.STARTING || state == ProcessState.RESTARTING) {
                moved.await();
            }
            return state;
        } finally {
            lock.unlock();
        }
    }

    /** SIGKILL, and no start again until {@link #release}; returns at once. */
    public void holdBack() {
        lock.lock();
        try {
            held = true;
            if (process != null) {
                process.destroyForcibly();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Starts it again after {@link #holdBack}. */
    public void release() {
        lock.lock();
        try {
            held = false;
            moved.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** SIGTERM, in the end SIGKILL; returns when the process is gone. */
    public void stop() throws InterruptedException {
        @Nullable Process running;
        Duration grace;
        lock.lock();
        try {
            stopping = true;
            running = process;
            grace =
                    state == ProcessState.READY
                            ? spec.stopMax()
                            : shorter(spec.stopMax(), UNREADY_STOP_MAX);
            moved.signalAll();
        } finally {
            lock.unlock();
        }
        if (running != null) {
            running.destroy();
            if (!running.waitFor(grace.toMillis(), TimeUnit.MILLISECONDS)) {
                running.destroyForcibly();
            }
        }
        thread.join();
    }

    private void keep() {
        int failures = 0;
        boolean wasReady = false;
        try {
            while (!isStopping()) {
                Life life = live();
                wasReady |= life.ready();
                if (isHeld()) {
                    move(ProcessState.STOPPED, null, "it is held back on purpose");
                    awaitRelease();
                    failures = 0;
                    move(ProcessState.RESTARTING, null, null);
                    countRestart();
                    continue;
                }
                if (isStopping()) {
                    break;
                }
                failures = life.steady() ? 1 : failures + 1;
                if (!wasReady && failures >= backOff.firstFailuresMax()) {
                    move(ProcessState.FAILED, null, life.end());
                    return;
                }
                move(ProcessState.RESTARTING, null, life.end());
                pause(backOff.pause(failures));
                countRestart();
            }
            move(ProcessState.STOPPED, null, null);
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts a keeper", e);
        }
    }

    /** How a process lived: whether it got ready, and stayed so long enough, and how it ended. */
    private record Life(boolean ready, boolean steady, String end) {
        static Life neverReady(String end) {
            return new Life(false, false, end);
        }
    }

    private Life live() throws InterruptedException {
        Process child;
        boolean ready;
        starts.acquire();
        try {
            child = launch();
            ready = awaitReady(child, shorter(spec.readyMax(), PERMIT_MAX));
        } catch (IOException e) {
            return Life.neverReady("it cannot be started: " + e.getMessage());
        } finally {
            starts.release();
        }
        ready = ready || awaitReady(child, spec.readyMax().minus(PERMIT_MAX));
        if (!ready) {
            if (child.isAlive() && !isStopping()) {
                child.destroyForcibly().waitFor();
                return Life.neverReady(
                        "it was not ready after %d s".formatted(spec.readyMax().toSeconds()));
            }
            return Life.neverReady("it ended with exit code %d".formatted(child.waitFor()));
        }
        long readyAt = System.nanoTime();
        becomeReady();
        int exitCode = child.waitFor();
        boolean steady = System.nanoTime() - readyAt > backOff.steady().toNanos();
        return new Life(true, steady, "it ended with exit code %d".formatted(exitCode));
    }

    private Process launch() throws IOException {
        log.begin();
        Files.createDirectories(spec.directory());
        ProcessBuilder builder =
                new ProcessBuilder(spec.command())
                        .directory(spec.directory().toFile())
                        .redirectErrorStream(true)
                        .redirectInput(Redirect.from(Path.of("/dev/null").toFile()))
                        .redirectOutput(Redirect.appendTo(log.path().toFile()));
        // What the person's shell says to the program is not meant for the services.
        builder.environment()
                .keySet()
                .removeIf(key -> key.startsWith("STAGECOACH_") || key.startsWith("QUARKUS_"));
        builder.environment().putAll(spec.environment());
        lock.lock();
        try {
            if (stopping) {
                throw new IOException("it is being stopped");
            }
            process = builder.start();
            identity = ProcessIdentity.of(process.toHandle()).orElse(null);
            return process;
        } finally {
            lock.unlock();
            changed.run();
        }
    }

    private boolean awaitReady(Process child, Duration max) throws InterruptedException {
        long giveUp = System.nanoTime() + max.toNanos();
        while (child.isAlive() && System.nanoTime() < giveUp) {
            // Another process may answer in its place, on the same port, while it is dying of that.
            if (probe.isReady(spec.readiness(), log) && child.isAlive()) {
                return true;
            }
            if (child.waitFor(POLL.toMillis(), TimeUnit.MILLISECONDS)) {
                return false;
            }
        }
        return false;
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    private boolean isStopping() {
        lock.lock();
        try {
            return stopping;
        } finally {
            lock.unlock();
        }
    }

    private boolean isHeld() {
        lock.lock();
        try {
            return held && !stopping;
        } finally {
            lock.unlock();
        }
    }

    private void awaitRelease() throws InterruptedException {
        lock.lock();
        try {
            while (held && !stopping) {
                moved.await();
            }
        } finally {
            lock.unlock();
        }
    }

    /** For the supervisor's own log. */
    private void tell(ProcessState next, @Nullable String why) {
        System.out.printf(
                "%s process moved name=%s state=%s%s%n",
                Instant.now(), spec.name(), next, why == null ? "" : " reason=\"" + why + "\"");
    }

    private void becomeReady() {
        tell(ProcessState.READY, null);
        lock.lock();
        try {
            state = ProcessState.READY;
            reason = null;
            moved.signalAll();
        } finally {
            lock.unlock();
        }
        changed.run();
    }

    private void move(ProcessState next, @Nullable Process running, @Nullable String why) {
        tell(next, why);
        lock.lock();
        try {
            state = next;
            process = running;
            identity = null;
            reason = why;
            moved.signalAll();
        } finally {
            lock.unlock();
        }
        changed.run();
    }

    private void countRestart() {
        lock.lock();
        try {
            restarts++;
        } finally {
            lock.unlock();
        }
    }

    private void pause(Duration time) throws InterruptedException {
        long nanos = time.toNanos();
        lock.lock();
        try {
            while (!stopping && nanos > 0) {
                nanos = moved.awaitNanos(nanos);
            }
        } finally {
            lock.unlock();
        }
    }
}
