package stagecoach.runtime.secrets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretBoxTest {
    private static final byte[] PLAIN = "hunter2".getBytes(StandardCharsets.UTF_8);

    private final SecretBox box = box((byte) 1);

    private static SecretBox box(byte seed) {
        byte[] key = new byte[32];
        java.util.Arrays.fill(key, seed);
        return new SecretBox(
                Optional.of(Base64.getEncoder().encodeToString(key)), Optional.empty());
    }

    @Test
    void what_is_sealed_can_be_opened_where_it_belongs() {
        assertThat(box.open(box.seal(PLAIN, "payload:1"), "payload:1")).isEqualTo(PLAIN);
        assertThat(box.open(box.seal(new byte[0], ""), "")).isEmpty();
        assertThat(box.seal(PLAIN, "payload:1")).isNotEqualTo(box.seal(PLAIN, "payload:1"));
    }

    @Test
    void a_changed_byte_another_place_or_another_key_opens_nothing() {
        byte[] sealed = box.seal(PLAIN, "payload:1");
        for (int i = 0; i < sealed.length; i++) {
            byte[] changed = sealed.clone();
            changed[i] ^= 1;
            assertThatThrownBy(() -> box.open(changed, "payload:1"))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageNotContaining("hunter2");
        }
        assertThatThrownBy(() -> box.open(sealed, "payload:2")).hasMessageContaining("payload:2");
        assertThatThrownBy(() -> box((byte) 2).open(sealed, "payload:1"))
                .hasMessageContaining("STAGECOACH_SECRET_KEY");
        assertThatThrownBy(() -> box.open(new byte[5], "x")).hasMessageContaining("not sealed");
    }

    @Test
    void the_key_may_lie_in_a_file(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("key");
        Files.writeString(file, Base64.getEncoder().encodeToString(new byte[32]) + "\n");
        var fromFile = new SecretBox(Optional.empty(), Optional.of(file.toString()));
        assertThat(fromFile.open(fromFile.seal(PLAIN, "x"), "x")).isEqualTo(PLAIN);
    }

    @Test
    void a_missing_or_wrong_key_is_said_in_a_sentence() {
        assertThatThrownBy(() -> new SecretBox(Optional.empty(), Optional.empty()).seal(PLAIN, "x"))
                .hasMessageContaining("set STAGECOACH_SECRET_KEY (base64)");
        assertThatThrownBy(
                        () ->
                                new SecretBox(Optional.of("c2hvcnQ="), Optional.empty())
                                        .seal(PLAIN, "x"))
                .hasMessageContaining("exactly 32");
        assertThatThrownBy(
                        () -> new SecretBox(Optional.of("%%"), Optional.empty()).seal(PLAIN, "x"))
                .hasMessageContaining("no base64");
    }
}
