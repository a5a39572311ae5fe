package stagecoach.local.embedded;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A real PostgreSQL server with durable commits, on 127.0.0.1 only, with the database {@code
 * stagecoach} and password authentication. Schemas and tables are somebody else's.
 *
 * <p>Arguments: data folder, port. The password of the user {@code postgres} comes in the
 * environment as {@code STAGECOACH_POSTGRES_PASSWORD}. Prints {@code READY postgres 127.0.0.1:PORT}
 * once it serves, stops cleanly on SIGTERM, exits 3 when the server dies under it, and may be
 * killed and started again on the same folder: a server that an earlier life left running is ended
 * first.
 */
public final class PostgresEngine {
    private static final String PASSWORD = "STAGECOACH_POSTGRES_PASSWORD";

    /** Long enough for crash recovery on a busy machine. */
    private static final Duration START_MAX = Duration.ofMinutes(2);

    private PostgresEngine() {}

    /** See the class; exits 1 with a sentence when it cannot start, 2 when called wrongly. */
    public static void main(String[] args) {
        @Nullable String password = System.getenv(PASSWORD);
        if (args.length != 2 || password == null || password.isEmpty()) {
            System.err.println("usage: " + PASSWORD + "=… PostgresEngine DATA_FOLDER PORT");
            System.exit(2);
            return;
        }
        try {
            runOrSayWhyNot(args, password);
        } catch (InterruptedException e) {
            // Only PostgresStop interrupts, and it is ending this process.
            return;
        }
    }

    private static void runOrSayWhyNot(String[] args, String password) throws InterruptedException {
        try {
            run(Path.of(args[0]), EngineFolder.port(args[1]), password);
        } catch (EngineFailure e) {
            e.endProcess();
        }
    }

    private static void run(Path dataFolder, int port, String password)
            throws EngineFailure, InterruptedException {
        EngineFolder folder = EngineFolder.open(dataFolder);
        Path data = folder.resolve("data");
        PostgresStop stop = PostgresStop.register(data);
        Postmaster server;
        try {
            endOrphan(data);
            EngineFolder.requireFree(port, "PostgreSQL");
            removeUnfinished(folder, data);
            start(folder, data, port, password);
            server =
                    Postmaster.of(data)
                            .orElseThrow(() -> new IOException("the server ended at once"));
        } catch (IOException | SQLException | RuntimeException e) {
            throw new EngineFailure(
                    "PostgreSQL cannot start on the data folder %s. The lines above say why."
                            .formatted(folder),
                    e);
        } finally {
            stop.startIsOver();
        }
        Parent.watch();
        System.out.printf("READY postgres 127.0.0.1:%d%n", port);
        server.awaitEnd();
        if (folder.isHeld() && !PostgresStop.hasBegun()) {
            System.err.printf("error: the PostgreSQL process %d has ended%n", server.pid());
        }
        System.exit(3);
    }

    private static void endOrphan(Path data) throws IOException, InterruptedException {
        var orphan = Postmaster.of(data);
        if (orphan.isPresent()) {
            System.out.printf(
                    "ending the PostgreSQL process %d that an earlier life left running%n",
                    orphan.get().pid());
            orphan.get().stop();
        }
        Postmaster.clearDead(data);
    }

    /** A folder that was never once ready holds nobody's rows, and maybe half of what it needs. */
    private static void removeUnfinished(EngineFolder folder, Path data) throws IOException {
        if (!Files.exists(folder.resolve("initialised"))) {
            EngineFolder.deleteTree(data);
        }
    }

    private static void start(EngineFolder folder, Path data, int port, String password)
            throws IOException, SQLException {
        Path binaries =
                Path.of(
                        System.getProperty(
                                "stagecoach.postgres.binaries",
                                folder.resolve("binaries").toString()));
        Files.createDirectories(binaries);
        Path complete = binaries.resolve("complete");
        if (Files.exists(complete)) {
            launch(folder, data, binaries, port, password);
            return;
        }
        // One process extracts; what another one left half extracted would never be repaired.
        try (FileChannel channel =
                        FileChannel.open(
                                binaries.resolve("extract.lock"),
                                StandardOpenOption.CREATE,
                                StandardOpenOption.WRITE);
                var lock = channel.lock()) {
            if (lock.isValid() && !Files.exists(complete)) {
                removeHalfExtracted(binaries);
            }
            launch(folder, data, binaries, port, password);
            Files.write(complete, new byte[0]);
        }
    }

    private static void removeHalfExtracted(Path binaries) throws IOException {
        try (var children = Files.newDirectoryStream(binaries, "PG-*")) {
            for (Path child : children) {
                EngineFolder.deleteTree(child);
            }
        }
    }

    private static void launch(
            EngineFolder folder, Path data, Path binaries, int port, String password)
            throws IOException, SQLException {
        Thread watch = StartWatch.begin(data, port, password);
        EmbeddedPostgres server =
                EmbeddedPostgres.builder()
                        .setPort(port)
                        .setDataDirectory(data)
                        .setOverrideWorkingDirectory(binaries.toFile())
                        .setCleanDataDirectory(false)
                        .setRegisterShutdownHook(false)
                        .setPGStartupWait(START_MAX)
                        // A pipe to us would break when we are killed and the server lives on.
                        .setOutputRedirector(Redirect.INHERIT)
                        .setErrorRedirector(Redirect.INHERIT)
                        .setLocaleConfig("locale", "C")
                        .setLocaleConfig("locale-provider", "builtin")
                        .setLocaleConfig("builtin-locale", "C.UTF-8")
                        .setConnectConfig("password", password)
                        // The library starts it with -F and asynchronous commits; later flags win.
                        .setServerConfig("fsync", "on")
                        .setServerConfig("synchronous_commit", "on")
                        .setServerConfig("listen_addresses", "127.0.0.1")
                        .setServerConfig("unix_socket_directories", "")
                        .setServerConfig("max_connections", "150")
                        .setServerConfig("shared_buffers", "64MB")
                        .setServerConfig("jit", "off")
                        .setServerConfig("log_checkpoints", "off")
                        .start();
        watch.interrupt();
        Path initialised = folder.resolve("initialised");
        if (!Files.exists(initialised)) {
            prepare(server, data, password);
            Files.write(initialised, new byte[0]);
        }
    }

    /** The first start: the database, the password, and from then on nobody without it. */
    private static void prepare(EmbeddedPostgres server, Path data, String password)
            throws IOException, SQLException {
        try (var connection = server.getPostgresDatabase().getConnection();
                var statement = connection.createStatement()) {
            statement.execute("CREATE DATABASE stagecoach");
            statement.execute(
                    "ALTER USER postgres PASSWORD '%s'".formatted(password.replace("'", "''")));
            Files.writeString(
                    data.resolve("pg_hba.conf"), "host all all 127.0.0.1/32 scram-sha-256\n");
            statement.execute("SELECT pg_reload_conf()");
        }
    }
}
