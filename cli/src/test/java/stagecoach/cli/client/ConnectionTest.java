package stagecoach.cli.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConnectionTest {
    @TempDir Path folder;

    @Test
    void the_option_wins_over_the_environment_and_that_over_the_local_default() throws IOException {
        LocalDefault local = local();
        assertThat(
                        base(
                                Map.of("STAGECOACH_URL", "http://env:1"),
                                local,
                                Optional.of("http://option:2")))
                .hasHost("option");
        assertThat(base(Map.of("STAGECOACH_URL", "http://env:1"), local, Optional.empty()))
                .hasHost("env");
        assertThat(base(Map.of(), local, Optional.empty())).hasHost("127.0.0.1");
    }

    @Test
    void with_ci_set_the_local_default_is_refused() throws IOException {
        LocalDefault local = local();
        assertThatThrownBy(() -> base(Map.of("CI", "true"), local, Optional.empty()))
                .isInstanceOf(Unreachable.class)
                .hasMessageContaining("STAGECOACH_URL");
    }

    @Test
    void without_any_server_the_sentence_says_what_to_do() {
        assertThatThrownBy(() -> base(Map.of(), LocalDefault.NONE, Optional.empty()))
                .hasMessageContaining("./stagecoach up");
        assertThatThrownBy(() -> base(Map.of(), LocalDefault.NONE, Optional.of("nonsense")))
                .hasMessageContaining("nonsense");
    }

    private LocalDefault local() throws IOException {
        Path key = Files.writeString(folder.resolve("key"), "sc_local\n");
        return () ->
                Optional.of(
                        new LocalDefault.Found(
                                URI.create("http://127.0.0.1:17080"), key, Optional.empty()));
    }

    private static URI base(
            Map<String, String> environment, LocalDefault local, Optional<String> option) {
        return new Connection(environment, local).client(option).base();
    }
}
