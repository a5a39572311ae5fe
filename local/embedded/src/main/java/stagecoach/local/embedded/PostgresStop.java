package stagecoach.local.embedded;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Ends the server when this process is asked to end, also in the middle of the server's start: the
 * programs that start it set it free, so it would outlive us.
 */
final class PostgresStop {
    private static final Duration POLL = Duration.ofMillis(50);

    private static final AtomicBoolean BEGUN = new AtomicBoolean();

    private final Path data;
    private final Thread starter;
    private final CountDownLatch startIsOver = new CountDownLatch(1);

    private PostgresStop(Path data, Thread starter) {
        this.data = data;
        this.starter = starter;
    }

    /**
     * From now on; to be told when the start is over, which is this thread's work. It is
     * interrupted when this process is asked to end before that.
     */
    static PostgresStop register(Path data) {
        PostgresStop stop = new PostgresStop(data, Thread.currentThread());
        Runtime.getRuntime().addShutdownHook(new Thread(stop::run, "postgres-stop"));
        return stop;
    }

    /** Whether this process was asked to end: then nothing that fails is worth a word. */
    static boolean hasBegun() {
        return BEGUN.get();
    }

    /** The server serves, or will not: the starting thread begins no further program. */
    void startIsOver() {
        startIsOver.countDown();
    }

    private void run() {
        BEGUN.set(true);
        starter.setUncaughtExceptionHandler(
                (thread, failure) -> {
                    // What fails in a start that is being cut off is worth no word either.
                });
        try {
            do {
                cutStartOff();
            } while (startIsOver.getCount() > 0 || hasChildren());
            endServer();
            Postmaster.clearDead(data);
        } catch (IOException | InterruptedException e) {
            System.err.println("error: PostgreSQL could not be stopped: " + e);
        }
    }

    /**
     * The start goes on in its own thread and may begin another program at any moment, so this is
     * repeated until that thread has given up and no program of it is left. pg_ctl is left alone:
     * it ends by itself once its server has, and killing it could hide a server that has no pid
     * file yet.
     */
    private void cutStartOff() throws IOException, InterruptedException {
        var initdbs = ProcessHandle.current().children().filter(PostgresStop::isInitdb).toList();
        for (ProcessHandle initdb : initdbs) {
            // The server that fills the new folder would outlive it for a while.
            var itsServers = initdb.descendants().toList();
            initdb.destroyForcibly();
            Postmaster.kill(itsServers);
        }
        endServer();
        if (!hasChildren() && startIsOver.getCount() > 0) {
            starter.interrupt();
        }
        if (hasChildren() || startIsOver.getCount() > 0) {
            TimeUnit.MILLISECONDS.sleep(POLL.toMillis());
        }
    }

    private static boolean hasChildren() {
        return ProcessHandle.current().children().findAny().isPresent();
    }

    private void endServer() throws IOException, InterruptedException {
        Optional<Postmaster> server = Postmaster.of(data);
        if (server.isPresent()) {
            server.get().stop();
        }
    }

    private static boolean isInitdb(ProcessHandle child) {
        return child.info().command().map(command -> command.endsWith("/initdb")).orElse(false);
    }
}
