package stagecoach.local.engines;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A real Kafka broker and a real PostgreSQL server for tests: child processes on free ports, with
 * data in a temporary folder that is gone afterwards. They end with this process, however it ends.
 *
 * <p>What is in them (topics, schemas) is the caller's.
 */
public final class Engines implements AutoCloseable {
    /** For a computer that has much else to do, as the local default gives them. */
    private static final Duration READY_MAX = Duration.ofMinutes(3);

    private static @Nullable Engines shared;

    private final EngineHome home = EngineHome.find();
    private final Path folder;
    private final int kafkaPort;
    private final int controllerPort;
    private final int postgresPort;
    private final String postgresPassword = UUID.randomUUID().toString();
    private final Thread hook = new Thread(this::end, "engines-stop");

    private @Nullable EngineProcess kafka;
    private @Nullable EngineProcess postgres;

    private Engines() {
        List<Integer> ports = FreePort.find(3);
        kafkaPort = ports.get(0);
        controllerPort = ports.get(1);
        postgresPort = ports.get(2);
        try {
            folder = Files.createTempDirectory("stagecoach-engines-");
        } catch (IOException e) {
            throw new UncheckedIOException("no temporary folder for the engines", e);
        }
    }

    /** Both, started once for this Java process and stopped at its end. */
    public static synchronized Engines shared() {
        if (shared == null) {
            shared = start();
        }
        return shared;
    }

    /** Both, started side by side and ready. */
    public static Engines start() {
        return start(EnumSet.allOf(Engine.class));
    }

    /**
     * The named ones, started side by side and ready.
     *
     * @throws IllegalStateException when one does not get ready within a minute, with its output
     */
    public static Engines start(Set<Engine> wanted) {
        Engines engines = new Engines();
        Runtime.getRuntime().addShutdownHook(engines.hook);
        try {
            engines.launch(wanted);
            return engines;
        } catch (RuntimeException e) {
            engines.close();
            throw e;
        }
    }

    private synchronized void launch(Set<Engine> wanted) {
        if (wanted.contains(Engine.KAFKA)) {
            kafka = launchKafka();
        }
        if (wanted.contains(Engine.POSTGRES)) {
            postgres = launchPostgres();
        }
        if (kafka != null) {
            kafka.awaitReady(READY_MAX);
        }
        if (postgres != null) {
            postgres.awaitReady(READY_MAX);
        }
    }

    /** {@code host:port} for Kafka clients. */
    public String kafkaBootstrap() {
        return "127.0.0.1:" + kafkaPort;
    }

    /** The port of the database server on 127.0.0.1. */
    public int postgresPort() {
        return postgresPort;
    }

    /** {@code host:port/database}, as services take it in {@code STAGECOACH_POSTGRES}. */
    public String postgresAddress() {
        return "127.0.0.1:%d/%s".formatted(postgresPort, EngineCommand.POSTGRES_DATABASE);
    }

    /** The URL for JDBC, without user and password. */
    public String jdbcUrl() {
        return "jdbc:postgresql://" + postgresAddress();
    }

    /** The superuser's name. */
    public String postgresUser() {
        return EngineCommand.POSTGRES_USER;
    }

    /** The superuser's password. */
    public String postgresPassword() {
        return postgresPassword;
    }

    /** SIGKILL for the broker, as a crash would; returns when it is dead. */
    public synchronized void killKafka() {
        if (kafka != null) {
            kafka.kill();
            kafka = null;
        }
    }

    /** Starts the broker again on its port and data; returns when it serves. */
    public synchronized void startKafka() {
        if (kafka == null) {
            kafka = launchKafka();
            kafka.awaitReady(READY_MAX);
        }
    }

    /** SIGKILL for the database server itself, as a crash would; returns when it is dead. */
    public synchronized void killPostgres() {
        if (postgres == null) {
            return;
        }
        postmaster().destroyForcibly();
        if (!postgres.endsWithin(READY_MAX)) {
            throw new IllegalStateException("the PostgreSQL engine outlived its server");
        }
        postgres = null;
    }

    /** Starts the database server again on its port and data; returns when it serves. */
    public synchronized void startPostgres() {
        if (postgres == null) {
            postgres = launchPostgres();
            postgres.awaitReady(READY_MAX);
        }
    }

    /**
     * Stops the database server and all that serves its connections with SIGSTOP: they stay open,
     * and nothing is answered, until {@link #thawPostgres}.
     */
    public synchronized void freezePostgres() {
        signalPostgres("-STOP");
    }

    /** Lets the database server go on as if nothing had been. */
    public synchronized void thawPostgres() {
        signalPostgres("-CONT");
    }

    private void signalPostgres(String signal) {
        ProcessHandle server = postmaster();
        List<String> command = new ArrayList<>(List.of("kill", signal));
        // First the one that makes the others.
        command.add(Long.toString(server.pid()));
        server.descendants().forEach(each -> command.add(Long.toString(each.pid())));
        try {
            int exitCode = new ProcessBuilder(command).start().waitFor();
            // One of them may have ended by itself meanwhile.
            if (exitCode != 0 && !server.isAlive()) {
                throw new IllegalStateException("PostgreSQL is dead already");
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the program kill cannot be started", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while PostgreSQL was signalled", e);
        }
    }

    /** Stops what runs and deletes the data. */
    @Override
    public void close() {
        end();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The process is ending: the hook finds nothing left to do.
            return;
        }
    }

    private synchronized void end() {
        // Kafka's data goes anyway, so it need not write it out; PostgreSQL must give back its
        // shared memory.
        killKafka();
        if (postgres != null) {
            postgres.stop();
            postgres = null;
        }
        deleteData();
    }

    private EngineProcess launchKafka() {
        return EngineProcess.start(
                "Kafka",
                EngineCommand.kafka(home, folder.resolve("kafka"), kafkaPort, controllerPort)
                        .endingWith(ProcessHandle.current().pid()),
                folder.resolve("kafka.log"));
    }

    private EngineProcess launchPostgres() {
        return EngineProcess.start(
                "PostgreSQL",
                EngineCommand.postgres(
                                home, folder.resolve("postgres"), postgresPort, postgresPassword)
                        .endingWith(ProcessHandle.current().pid()),
                folder.resolve("postgres.log"));
    }

    private ProcessHandle postmaster() {
        Path file = folder.resolve("postgres").resolve("data").resolve("postmaster.pid");
        try {
            long pid = Long.parseLong(Files.readAllLines(file).getFirst().strip());
            return ProcessHandle.of(pid)
                    .orElseThrow(() -> new IllegalStateException("PostgreSQL is dead already"));
        } catch (IOException e) {
            throw new UncheckedIOException("PostgreSQL's pid file cannot be read", e);
        }
    }

    private void deleteData() {
        if (!Files.exists(folder)) {
            return;
        }
        try (var paths = Files.walk(folder)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (NoSuchFileException e) {
            // A file that went by itself while we looked.
            return;
        } catch (IOException e) {
            throw new UncheckedIOException("the engines' data cannot be deleted: " + folder, e);
        }
    }
}
