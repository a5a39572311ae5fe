package stagecoach.local.launcher.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PidFilesTest {
    @TempDir Path folder;
    private Process process;

    @BeforeEach
    void startProcess() throws Exception {
        process = new ProcessBuilder("cat").start();
    }

    @AfterEach
    void endProcess() throws Exception {
        process.destroyForcibly().waitFor();
    }

    @Test
    void a_process_that_left_a_pid_file_is_ended_and_the_file_goes() throws Exception {
        Path file = Files.createDirectories(folder.resolve("web-1")).resolve("shop.pid");
        Files.writeString(file, process.pid() + "\n");

        assertThat(PidFiles.endAllIn(folder)).containsExactly("shop.pid");

        assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
        assertThat(file).doesNotExist();
    }

    @Test
    void a_process_that_began_after_the_file_has_its_pid_by_chance_and_lives() throws Exception {
        Path file = folder.resolve("old.pid");
        Files.writeString(file, process.pid() + "\n");
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(Duration.ofDays(1))));

        assertThat(PidFiles.endAllIn(folder)).isEmpty();

        assertThat(process.isAlive()).isTrue();
        assertThat(file).doesNotExist();
    }

    @Test
    void a_file_that_holds_no_pid_and_a_folder_that_is_not_there_are_no_trouble() throws Exception {
        Files.writeString(folder.resolve("half.pid"), "12x");
        assertThat(PidFiles.endAllIn(folder)).isEmpty();
        assertThat(PidFiles.endAllIn(folder.resolve("nowhere"))).isEmpty();
        assertThat(PidFiles.end(folder.resolve("nothing.pid"))).isFalse();
    }

    @Test
    void a_pid_with_another_start_time_is_another_process() {
        ProcessIdentity identity = ProcessIdentity.of(process.toHandle()).orElseThrow();
        assertThat(identity.running()).isPresent();
        assertThat(
                        new ProcessIdentity(
                                        identity.pid(),
                                        identity.startedAt().minus(Duration.ofMinutes(1)))
                                .running())
                .isEmpty();
    }
}
