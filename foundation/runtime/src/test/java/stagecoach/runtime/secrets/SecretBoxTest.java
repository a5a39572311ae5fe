package stagecoach.runtime.secrets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import stagecoach.runtime.test.StagecoachResource;
import stagecoach.vocabulary.identity.Digest;
import stagecoach.vocabulary.sealing.KeyRing;
import stagecoach.vocabulary.sealing.SealingKey;

class SecretBoxTest {
    private static final byte[] PLAIN = "hunter2".getBytes(StandardCharsets.UTF_8);
    private static final String ONE = key(1);
    private static final String TWO = key(2);

    /** Made with key 1 and context {@code payload:1} before keys had ids. */
    private static final byte[] UNNAMED =
            HexFormat.of()
                    .parseHex(
                            "0100112233445566778899aabbd7e4202d18a77fc4ac86c4bff669a75a9dbafefc6f2f78");

    private final SecretBox box = box(ONE);

    private static String key(int seed) {
        byte[] key = new byte[32];
        java.util.Arrays.fill(key, (byte) seed);
        return Base64.getEncoder().encodeToString(key);
    }

    private static String idOf(String key) {
        return SealingKey.parse(key).id().value();
    }

    private static SecretBox box(String keys) {
        return new SecretBox(Optional.of(keys), Optional.empty());
    }

    @Test
    void what_is_sealed_can_be_opened_where_it_belongs() {
        assertThat(box.open(box.seal(PLAIN, "payload:1"), "payload:1")).isEqualTo(PLAIN);
        assertThat(box.open(box.seal(new byte[0], ""), "")).isEmpty();
        assertThat(box.seal(PLAIN, "payload:1")).isNotEqualTo(box.seal(PLAIN, "payload:1"));
    }

    @Test
    void a_name_is_the_same_for_the_same_bytes_and_cannot_be_tried_out_without_the_key() {
        var name = box.nameOf(PLAIN, "plan");
        assertThat(box.nameOf(PLAIN.clone(), "plan")).isEqualTo(name);
        assertThat(name)
                .isNotEqualTo(box.nameOf(PLAIN, "payload"))
                .isNotEqualTo(box(TWO).nameOf(PLAIN, "plan"))
                .isNotEqualTo(Digest.of(PLAIN));
    }

    @Test
    void a_changed_byte_or_another_place_opens_nothing() {
        byte[] sealed = box.seal(PLAIN, "payload:1");
        for (int i = 0; i < sealed.length; i++) {
            byte[] changed = sealed.clone();
            changed[i] ^= 1;
            assertThatThrownBy(() -> box.open(changed, "payload:1"))
                    .isInstanceOf(SecretBox.Unopenable.class)
                    .hasMessageNotContaining("hunter2");
        }
        assertThatThrownBy(() -> box.open(sealed, "payload:2")).hasMessageContaining("payload:2");
        assertThatThrownBy(() -> box.open(new byte[5], "x")).hasMessageContaining("not sealed");
    }

    @Test
    void the_first_key_seals_and_all_of_them_open() {
        byte[] before = box.seal(PLAIN, "payload:1");
        var rotated = box(TWO + " " + ONE);
        assertThat(rotated.open(before, "payload:1")).isEqualTo(PLAIN);
        byte[] after = rotated.seal(PLAIN, "payload:1");
        assertThat(after).startsWith(SecretBox.headOf(SealingKey.parse(TWO).id()));
        assertThat(box(TWO).open(after, "payload:1")).isEqualTo(PLAIN);
        assertThatThrownBy(() -> box.open(after, "payload:1"))
                .isInstanceOf(SecretBox.Unopenable.class)
                .hasMessageContaining(
                        "key " + idOf(TWO) + ", and STAGECOACH_SECRET_KEY holds [" + idOf(ONE));
    }

    @Test
    void a_head_that_names_another_key_that_is_here_opens_nothing() {
        var both = box(TWO + " " + ONE);
        byte[] sealed = both.seal(PLAIN, "payload:1");
        System.arraycopy(SecretBox.headOf(SealingKey.parse(ONE).id()), 0, sealed, 0, 5);
        assertThatThrownBy(() -> both.open(sealed, "payload:1"))
                .isInstanceOf(SecretBox.Unopenable.class)
                .hasMessageContaining("changed");
    }

    @Test
    void what_was_sealed_before_keys_had_ids_still_opens() {
        assertThat(box.open(UNNAMED, "payload:1")).isEqualTo(PLAIN);
        assertThat(box(TWO + " " + ONE).open(UNNAMED, "payload:1")).isEqualTo(PLAIN);
        assertThatThrownBy(() -> box(TWO).open(UNNAMED, "payload:1"))
                .isInstanceOf(SecretBox.Unopenable.class)
                .hasMessageContaining("before keys had ids")
                .hasMessageContaining(idOf(TWO));
        assertThatThrownBy(() -> box.open(UNNAMED, "payload:2"))
                .isInstanceOf(SecretBox.Unopenable.class);
        for (int i = 0; i < UNNAMED.length; i++) {
            byte[] changed = UNNAMED.clone();
            changed[i] ^= 1;
            assertThatThrownBy(() -> box.open(changed, "payload:1"))
                    .isInstanceOf(SecretBox.Unopenable.class);
        }
    }

    @Test
    void a_key_that_comes_to_the_file_is_used_without_a_restart(@TempDir Path folder)
            throws Exception {
        Path file = Files.writeString(folder.resolve("key"), ONE + "\n");
        var fromFile = new SecretBox(Optional.empty(), Optional.of(file.toString()));
        assertThat(fromFile.open(fromFile.seal(PLAIN, "x"), "x")).isEqualTo(PLAIN);

        Files.writeString(file, TWO + "\n" + ONE + "\n");
        // Another pod was faster; this one looks at the file before it gives up.
        assertThat(fromFile.open(box(TWO).seal(PLAIN, "x"), "x")).isEqualTo(PLAIN);
        assertThat(fromFile.seal(PLAIN, "x"))
                .startsWith(SecretBox.headOf(SealingKey.parse(TWO).id()));

        Files.writeString(file, ONE + "\n" + TWO + "\n");
        await().atMost(StagecoachResource.PATIENCE)
                .untilAsserted(
                        () ->
                                assertThat(fromFile.seal(PLAIN, "x"))
                                        .startsWith(SecretBox.headOf(SealingKey.parse(ONE).id())));
    }

    @Test
    void a_file_that_cannot_be_used_any_more_leaves_the_keys_as_they_were(@TempDir Path folder)
            throws Exception {
        Path file = Files.writeString(folder.resolve("key"), ONE);
        var fromFile = new SecretBox(Optional.empty(), Optional.of(file.toString()));
        assertThat(fromFile.keys()).isEqualTo(KeyRing.parse(ONE));
        Files.writeString(file, TWO.substring(9));
        assertThat(fromFile.keys()).isEqualTo(KeyRing.parse(ONE));
        assertThat(fromFile.problem())
                .hasValueSatisfying(
                        problem ->
                                assertThat(problem)
                                        .contains("STAGECOACH_SECRET_KEY cannot be used: Key 1")
                                        .doesNotContain(TWO.substring(9)));
        Files.delete(file);
        assertThat(fromFile.keys()).isEqualTo(KeyRing.parse(ONE));
        assertThat(fromFile.problem()).hasValueSatisfying(p -> assertThat(p).contains("be read"));
        Files.writeString(file, TWO);
        assertThat(fromFile.keys()).isEqualTo(KeyRing.parse(TWO));
        assertThat(fromFile.problem()).isEmpty();
    }

    @Test
    void a_missing_or_wrong_key_is_said_in_a_sentence() {
        assertThatThrownBy(() -> new SecretBox(Optional.empty(), Optional.empty()).seal(PLAIN, "x"))
                .hasMessageContaining("set STAGECOACH_SECRET_KEY (base64)");
        assertThatThrownBy(() -> box("c2hvcnQ=").seal(PLAIN, "x"))
                .hasMessageContaining("STAGECOACH_SECRET_KEY", "exactly 32");
        assertThatThrownBy(() -> box("%%").seal(PLAIN, "x"))
                .hasMessageContaining("no base64")
                .hasMessageNotContaining("%%");
    }
}
