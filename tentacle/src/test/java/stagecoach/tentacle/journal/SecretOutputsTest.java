package stagecoach.tentacle.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretOutputsTest {
    @TempDir Path folder;

    @Test
    void a_value_that_could_not_be_read_once_is_hidden_when_it_can_be() throws Exception {
        var broken = new AtomicBoolean();
        var secrets =
                new SecretOutputs(
                        folder,
                        file -> {
                            if (broken.get() && file.endsWith(".was.b.0")) {
                                throw new IOException("too many open files");
                            }
                            return Optional.of(Files.readString(file));
                        });
        SecretOutputs.prepare(folder);
        Path values = folder.resolve(SecretOutputs.FOLDER);
        Files.writeString(values.resolve(".was.a.0"), "hunter2");
        Files.writeString(values.resolve(".was.b.0"), "sesame");
        broken.set(true);
        assertThatThrownBy(secrets::news).isInstanceOf(IOException.class);
        broken.set(false);
        assertThat(secrets.news()).containsExactlyInAnyOrder("hunter2", "sesame");
        assertThat(secrets.news()).isEmpty();
        Files.writeString(values.resolve(".was.a.1"), "new");
        assertThat(secrets.news()).hasSize(3);
    }
}
