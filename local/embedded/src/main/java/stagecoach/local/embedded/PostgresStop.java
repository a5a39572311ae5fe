package stagecoach.local.embedded;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Ends the server when this process is asked to end, also in the middle of the server's start: the
 * programs that start it set it free, so it would outlive us.
 */
final class PostgresStop {
    private static final Duration POLL = Duration.ofMillis(50);
    private static final int QUIET_ROUNDS = 6;

    private static final AtomicBoolean BEGUN = new AtomicBoolean();

    private final Path data;
    private final AtomicBoolean ready = new AtomicBoolean();

    private PostgresStop(Path data) {
        this.data = data;
    }

    /** From now on; to be told when the server is ready. */
    static PostgresStop register(Path data) {
        PostgresStop stop = new PostgresStop(data);
        Runtime.getRuntime().addShutdownHook(new Thread(stop::run, "postgres-stop"));
        return stop;
    }

    /** Whether this process was asked to end: then nothing that fails is worth a word. */
    static boolean hasBegun() {
        return BEGUN.get();
    }

    /** The server serves: it is to be ended gently. */
    void serverIsReady() {
        ready.set(true);
    }

    private void run() {
        BEGUN.set(true);
        try {
            if (ready.get()) {
                endServer();
            } else {
                endStart();
            }
        } catch (IOException | InterruptedException e) {
            System.err.println("error: PostgreSQL could not be stopped: " + e);
        }
    }

    private boolean endServer() throws IOException, InterruptedException {
        Optional<Postmaster> server = Postmaster.of(data);
        if (server.isPresent()) {
            server.get().stop();
        }
        return server.isPresent();
    }

    /** The start goes on in its own thread and may begin another program: until all is quiet. */
    private void endStart() throws IOException, InterruptedException {
        for (int quiet = 0; quiet < QUIET_ROUNDS; quiet++) {
            var programs = ProcessHandle.current().children().toList();
            programs.forEach(ProcessHandle::destroyForcibly);
            if (endServer() || !programs.isEmpty()) {
                quiet = 0;
            }
            TimeUnit.MILLISECONDS.sleep(POLL.toMillis());
        }
    }
}
