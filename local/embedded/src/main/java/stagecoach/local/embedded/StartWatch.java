package stagecoach.local.embedded;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Ends this process as soon as the server's start has failed; the library itself would wait for it
 * until its time is up.
 */
final class StartWatch {
    private static final Duration POLL = Duration.ofMillis(25);

    private StartWatch() {}

    /** The returned thread is to be interrupted once the server is there. */
    static Thread begin(String folder, Path data) {
        return Thread.ofPlatform()
                .daemon()
                .name("postgres-start-watch")
                .start(() -> watch(folder, data));
    }

    private static void watch(String folder, Path data) {
        boolean seen = false;
        try {
            while (true) {
                boolean starting = ProcessHandle.current().children().anyMatch(StartWatch::isStart);
                if (seen && !starting && Postmaster.of(data).isEmpty()) {
                    new EngineFailure(
                                    "PostgreSQL cannot start on the data folder %s. The lines above say why."
                                            .formatted(folder))
                            .endProcess();
                }
                seen |= starting;
                TimeUnit.MILLISECONDS.sleep(POLL.toMillis());
            }
        } catch (InterruptedException e) {
            // The server is there.
            return;
        } catch (IOException e) {
            System.err.println("error: the start of PostgreSQL can no longer be watched: " + e);
        }
    }

    private static boolean isStart(ProcessHandle child) {
        return child.info().command().map(command -> command.endsWith("/pg_ctl")).orElse(false);
    }
}
