package stagecoach.tentacle.script;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import stagecoach.tentacle.home.Home;

@Timeout(120)
class ScriptToolsTest {
    @TempDir Path folder;

    @Test
    void a_script_can_call_its_programs_also_while_another_version_puts_its_own_there()
            throws Exception {
        Home home = Home.open(folder.resolve("home"));
        ScriptTools.install(home);
        Path program = home.bin().resolve("set_stagecoach_variable");
        Path older =
                Files.createFile(
                        folder.resolve("older"),
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rwx------")));
        AtomicBoolean over = new AtomicBoolean();
        AtomicInteger refused = new AtomicInteger();
        Thread caller =
                Thread.ofPlatform()
                        .start(
                                () -> {
                                    while (!over.get()) {
                                        if (!Files.isExecutable(program)) {
                                            refused.incrementAndGet();
                                        }
                                    }
                                });
        for (int n = 0; n < 200; n++) {
            Files.writeString(older, "older " + n);
            Files.deleteIfExists(folder.resolve("link"));
            Files.createLink(folder.resolve("link"), older);
            Files.move(
                    folder.resolve("link"),
                    program,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
            ScriptTools.install(home);
        }
        over.set(true);
        caller.join();
        assertThat(refused).hasValue(0);
        assertThat(program).content().contains("functions.sh");
    }

    @Test
    void a_restart_leaves_in_place_what_is_there_already() throws Exception {
        Home home = Home.open(folder.resolve("home"));
        ScriptTools.install(home);
        Object before = key(home);
        ScriptTools.install(home);
        assertThat(key(home)).isEqualTo(before);
    }

    private static Object key(Home home) throws Exception {
        return Files.readAttributes(home.bin().resolve("run.sh"), BasicFileAttributes.class)
                .fileKey();
    }
}
