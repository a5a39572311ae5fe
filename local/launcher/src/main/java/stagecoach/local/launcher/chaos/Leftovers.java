package stagecoach.local.launcher.chaos;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import stagecoach.local.engines.EngineCommand;

/** Looks whether anything is still held for deployments when all of them have ended. */
final class Leftovers {
    /** The last reports of commands may be under way for a while, on a busy machine for longer. */
    private static final Duration SETTLE_MAX = Duration.ofMinutes(5);

    private static final long POLL_MILLIS = 500;

    /** What must be zero in the end, by its name for people. */
    private static final Map<String, String> COUNTS = new LinkedHashMap<>();

    static {
        COUNTS.put("slots of projects", "SELECT count(*) FROM orchestrator.admission");
        COUNTS.put("tasks under way", "SELECT used FROM orchestrator.task_counter");
        COUNTS.put("acquisitions that go on", "SELECT count(*) FROM packages.acquisition");
        COUNTS.put(
                "leases of packages for deployments",
                "SELECT count(*) FROM packages.lease WHERE holder LIKE 'deployment:%'");
        COUNTS.put("sealed commands of steps", "SELECT count(*) FROM steprunner.payload");
        COUNTS.put(
                "commands of tentacles that are open",
                "SELECT count(*) FROM gateway.command WHERE state <> 'ENDED'");
        for (String schema : List.of("orchestrator", "steprunner", "packages", "gateway")) {
            COUNTS.put(
                    "events of %s that wait to be sent".formatted(schema),
                    "SELECT count(*) FROM %s.outbox".formatted(schema));
            COUNTS.put(
                    "events that %s could not handle".formatted(schema),
                    "SELECT count(*) FROM %s.parked".formatted(schema));
            COUNTS.put(
                    "events that %s keeps until earlier ones come".formatted(schema),
                    "SELECT count(*) FROM %s.gap".formatted(schema));
            COUNTS.put(
                    "timers of %s".formatted(schema),
                    "SELECT count(*) FROM %s.timer".formatted(schema));
        }
    }

    private final String jdbcUrl;
    private final String password;

    /**
     * Of a local default.
     *
     * @param address of the database, as the facts of the status tell it
     * @param folder of the local default
     */
    Leftovers(String address, Path folder) throws IOException {
        this.jdbcUrl = "jdbc:postgresql://" + address;
        this.password = Files.readString(folder.resolve("secrets/postgres-password")).strip();
    }

    /** What stays held, each a sentence; returns at once when nothing does. */
    List<String> find() throws SQLException, InterruptedException {
        long giveUp = System.nanoTime() + SETTLE_MAX.toNanos();
        while (true) {
            List<String> found = look();
            if (found.isEmpty() || System.nanoTime() > giveUp) {
                return found;
            }
            TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
        }
    }

    private List<String> look() throws SQLException {
        var found = new ArrayList<String>();
        try (Connection connection =
                        DriverManager.getConnection(
                                jdbcUrl, EngineCommand.POSTGRES_USER, password);
                var statement = connection.createStatement()) {
            for (var count : COUNTS.entrySet()) {
                try (var rows = statement.executeQuery(count.getValue())) {
                    rows.next();
                    if (rows.getLong(1) != 0) {
                        found.add(
                                "all deployments have ended, and there are still %d %s"
                                        .formatted(rows.getLong(1), count.getKey()));
                    }
                }
            }
        }
        return found;
    }
}
