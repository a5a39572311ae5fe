package stagecoach.tentacle.install;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderSyncTest {
    private final Set<Path> forced = new ConcurrentSkipListSet<>();

    @TempDir Path above;
    private Path folder;
    private Path pidFile;
    private Path program;

    @BeforeEach
    void unpack() throws IOException {
        folder = Files.createDirectories(above.resolve("version/bin")).getParent();
        program = Files.writeString(folder.resolve("bin/program"), "program");
        pidFile = Files.writeString(folder.resolve("pid"), "1");
    }

    @Test
    void every_file_and_folder_is_forced_and_the_name_of_the_top_one_too() throws Exception {
        FolderSync.by(forced::add).sync(folder);

        assertThat(forced)
                .containsExactlyInAnyOrder(program, pidFile, folder.resolve("bin"), folder, above);
    }

    @Test
    void what_a_running_program_removes_meanwhile_is_passed_over() throws Exception {
        FolderSync.by(
                        path -> {
                            if (path.equals(pidFile)) {
                                throw new NoSuchFileException(path.toString());
                            }
                            forced.add(path);
                        })
                .sync(folder);

        assertThat(forced).contains(program, folder, above).doesNotContain(pidFile);
    }

    @Test
    void a_folder_that_is_gone_as_a_whole_and_a_disk_that_fails_are_told() {
        assertThatThrownBy(() -> failing(folder, new NoSuchFileException("gone")).sync(folder))
                .isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> failing(program, new IOException("no space left")).sync(folder))
                .hasMessage("no space left");
    }

    private static FolderSync failing(Path at, IOException why) {
        return FolderSync.by(
                path -> {
                    if (path.equals(at)) {
                        throw why;
                    }
                });
    }
}
