package stagecoach.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdentityTest {
    @TempDir Path home;

    @Test
    void an_identity_once_made_is_the_same_ever_after() throws Exception {
        Identity made = Identity.loadOrCreate(home.resolve("identity"), "web-1");
        Identity read = Identity.loadOrCreate(home.resolve("identity"), "another name");
        assertThat(read.thumbprint()).isEqualTo(made.thumbprint());
        assertThat(read.certificate().getSubjectX500Principal().getName()).isEqualTo("CN=web-1");
        assertThat(Files.readString(home.resolve("identity/thumbprint")).strip())
                .isEqualTo(made.thumbprint().value());
    }

    @Test
    void nobody_but_its_owner_may_read_it() throws Exception {
        Identity.loadOrCreate(home.resolve("identity"), "web-1");
        assertThat(mode(home.resolve("identity"))).isEqualTo("rwx------");
        assertThat(mode(home.resolve("identity/identity.p12"))).isEqualTo("rw-------");
        assertThat(mode(home.resolve("identity/thumbprint"))).isEqualTo("rw-------");
    }

    @Test
    void those_who_make_it_at_the_same_time_get_the_same() throws Exception {
        Callable<Thumbprint> make =
                () -> Identity.loadOrCreate(home.resolve("identity"), "web-1").thumbprint();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var made = threads.invokeAll(List.of(make, make, make, make));
            for (var one : made) {
                assertThat(one.get()).isEqualTo(made.getFirst().get());
            }
        }
    }

    @Test
    void a_damaged_identity_is_said_and_left_alone() throws Exception {
        Path keys = home.resolve("identity.p12");
        Files.writeString(keys, "rubbish");
        assertThatThrownBy(() -> Identity.loadOrCreate(home, "web-1"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("identity.p12")
                .hasMessageContaining("enrolled again");
        assertThat(Files.readString(keys, StandardCharsets.UTF_8)).isEqualTo("rubbish");
    }

    @Test
    void a_name_with_commas_is_only_a_name() throws Exception {
        Identity made = Identity.loadOrCreate(home, "a, O=bank \"x\"");
        assertThat(made.certificate().getSubjectX500Principal().getName())
                .startsWith("CN=")
                .doesNotContain(",O=");
    }

    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }
}
