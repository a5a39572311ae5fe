package stagecoach.local.embedded;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Ends this process as soon as the server's start has failed; the library itself would wait for it
 * until its time is up.
 */
final class StartWatch {
    private static final Duration POLL = Duration.ofMillis(25);

    /** {@code invalid_password} in PostgreSQL's list of error codes. */
    private static final String WRONG_PASSWORD = "28P01";

    private StartWatch() {}

    /** The returned thread is to be interrupted once the server is there. */
    static Thread begin(Path data, int port, String password) {
        return Thread.ofPlatform()
                .daemon()
                .name("postgres-start-watch")
                .start(() -> watch(data, port, password));
    }

    private static void watch(Path data, int port, String password) {
        boolean seen = false;
        try {
            while (true) {
                boolean starting = ProcessHandle.current().children().anyMatch(StartWatch::isStart);
                boolean serving = Postmaster.of(data).isPresent();
                if (seen && !starting && !serving) {
                    new EngineFailure(
                                    "PostgreSQL cannot start on the data folder %s. The lines above say why."
                                            .formatted(data))
                            .endProcess();
                }
                if (serving && isRefused(port, password)) {
                    endRefused(data);
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

    private static void endRefused(Path data) throws IOException, InterruptedException {
        Optional<Postmaster> server = Postmaster.of(data);
        if (server.isPresent()) {
            server.get().stop();
        }
        new EngineFailure(
                        "the data folder %s was made with another password. Give that one, or remove the folder."
                                .formatted(data))
                .endProcess();
    }

    private static boolean isRefused(int port, String password) {
        String url = "jdbc:postgresql://127.0.0.1:%d/postgres".formatted(port);
        try (var connection = DriverManager.getConnection(url, "postgres", password)) {
            return connection.isClosed();
        } catch (SQLException e) {
            return WRONG_PASSWORD.equals(e.getSQLState());
        }
    }

    private static boolean isStart(ProcessHandle child) {
        return child.info().command().map(command -> command.endsWith("/pg_ctl")).orElse(false);
    }
}
