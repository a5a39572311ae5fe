package stagecoach.local.engines;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of one engine on one folder, whatever its earlier lives did there. */
class EngineCommandTest {
    private static final Duration MAX = Duration.ofMinutes(3);

    @TempDir Path folder;

    private final EngineHome home = EngineHome.find();

    @Test
    void a_busy_port_is_said_in_a_sentence() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            assertThatThrownBy(() -> start(postgres(taken.getLocalPort())))
                    .hasMessageContaining("exit code 1")
                    .hasMessageContaining(
                            "port %d on 127.0.0.1 is taken".formatted(taken.getLocalPort()));
            assertThatThrownBy(() -> start(kafka(taken.getLocalPort())))
                    .hasMessageContaining("exit code 1")
                    .hasMessageContaining(
                            "port %d on 127.0.0.1 is taken".formatted(taken.getLocalPort()));
        }
    }

    @Test
    void a_folder_that_cannot_be_used_is_said_in_a_sentence() throws Exception {
        Files.writeString(folder.resolve("data"), "a file");
        assertThatThrownBy(() -> start(postgres(FreePort.find(1).getFirst())))
                .hasMessageContaining("exit code 1")
                .hasMessageContaining("Make it a writable directory, or choose another one.");
    }

    @Test
    void a_second_engine_on_a_folder_is_refused() {
        EngineProcess first = start(postgres(FreePort.find(1).getFirst()));
        try {
            assertThatThrownBy(() -> start(postgres(FreePort.find(1).getFirst())))
                    .hasMessageContaining("is in use by another process");
        } finally {
            first.stop();
        }
    }

    @Test
    void a_database_server_that_an_earlier_life_left_running_is_ended() throws Exception {
        int port = FreePort.find(1).getFirst();
        start(postgres(port)).kill();
        ProcessHandle orphan = postmaster();
        assertThat(orphan.isAlive()).isTrue();

        EngineProcess second = start(postgres(port));

        assertThat(postmaster().pid()).isNotEqualTo(orphan.pid());
        second.stop();
        assertThat(folder.resolve("data/data/postmaster.pid")).doesNotExist();
    }

    @Test
    void another_password_than_the_first_is_said_in_a_sentence() throws Exception {
        int port = FreePort.find(1).getFirst();
        start(postgres(port)).stop();
        EngineCommand other = EngineCommand.postgres(home, folder.resolve("data"), port, "other");

        assertThatThrownBy(() -> start(other))
                .hasMessageContaining("exit code 1")
                .hasMessageContaining("was made with another password");
        assertThat(folder.resolve("data/data/postmaster.pid")).doesNotExist();
    }

    @Test
    void a_first_start_that_was_cut_off_is_begun_again() throws Exception {
        Path half = Files.createDirectories(folder.resolve("data/data"));
        Files.writeString(half.resolve("postgresql.conf"), "half");

        start(postgres(FreePort.find(1).getFirst())).stop();

        assertThat(Files.readString(half.resolve("pg_hba.conf"))).contains("scram-sha-256");
    }

    @Test
    void an_engine_that_is_ended_in_the_middle_of_its_start_leaves_no_server() throws Exception {
        EngineCommand command = postgres(FreePort.find(1).getFirst());
        for (String sign :
                List.of(
                        "engine.lock",
                        "data/PG_VERSION",
                        "data/base/1",
                        "data/base/4",
                        "data/postmaster.pid")) {
            EngineProcess process =
                    EngineProcess.start("the engine", command, folder.resolve("output.log"));
            await().atMost(MAX).until(() -> Files.exists(folder.resolve("data").resolve(sign)));

            process.stop();

            assertThat(serversOfTheFolder()).as(sign).isEmpty();
        }
    }

    /** Also those of a half made database: they name the folder only by working in it. */
    private List<String> serversOfTheFolder() {
        Path data = folder.resolve("data/data");
        return ProcessHandle.allProcesses()
                .filter(process -> namesFolder(process, data) || worksIn(process, data))
                .map(process -> process.info().commandLine().orElse("process " + process.pid()))
                .toList();
    }

    private static boolean namesFolder(ProcessHandle process, Path data) {
        return process.info()
                .commandLine()
                .filter(line -> line.contains("/bin/") && line.contains(data.toString()))
                .isPresent();
    }

    private static boolean worksIn(ProcessHandle process, Path data) {
        try {
            return Files.isSameFile(Path.of("/proc", Long.toString(process.pid()), "cwd"), data);
        } catch (IOException e) {
            // Ended in between, another user's, or another operating system.
            return false;
        }
    }

    @Test
    void an_engine_that_is_bound_to_a_process_ends_with_it() throws Exception {
        Process parent = new ProcessBuilder("cat").start();
        EngineProcess engine = start(kafka(FreePort.find(1).getFirst()).endingWith(parent.pid()));

        parent.destroyForcibly().waitFor();

        assertThat(engine.endsWithin(MAX)).isTrue();
    }

    private EngineCommand postgres(int port) {
        return EngineCommand.postgres(home, folder.resolve("data"), port, "it's a secret");
    }

    private EngineCommand kafka(int port) {
        return EngineCommand.kafka(
                home, folder.resolve("kafka"), port, FreePort.find(1).getFirst());
    }

    private EngineProcess start(EngineCommand command) {
        EngineProcess process =
                EngineProcess.start("the engine", command, folder.resolve("output.log"));
        process.awaitReady(MAX);
        return process;
    }

    private ProcessHandle postmaster() throws IOException {
        String pid =
                Files.readAllLines(folder.resolve("data/data/postmaster.pid")).getFirst().strip();
        return ProcessHandle.of(Long.parseLong(pid)).orElseThrow();
    }
}
