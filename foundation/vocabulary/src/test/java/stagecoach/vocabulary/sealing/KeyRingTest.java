package stagecoach.vocabulary.sealing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class KeyRingTest {
    private static final String ONE = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";
    private static final String TWO = "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI=";

    @Test
    void the_first_key_seals_and_a_text_is_a_key_a_line() {
        var ring = KeyRing.parse("# made in May\n" + TWO + "\n" + ONE + "\n");
        assertThat(ring.current()).isEqualTo(SealingKey.parse(TWO));
        assertThat(ring.older()).containsExactly(SealingKey.parse(ONE).id());
        assertThat(KeyRing.parse(ring.text())).isEqualTo(ring);
        assertThat(KeyRing.parse(TWO + "," + ONE)).isEqualTo(ring);
        assertThat(KeyRing.parse(TWO + " " + ONE + " " + TWO)).isEqualTo(ring);
    }

    @Test
    void an_id_follows_from_the_key_for_good() {
        assertThat(SealingKey.parse(ONE).id()).isEqualTo(SealingKey.parse(ONE).id());
        assertThat(SealingKey.parse(ONE).id()).isNotEqualTo(SealingKey.parse(TWO).id());
        // It stands in databases: another way to make it would leave rows without their key.
        assertThat(SealingKey.parse(ONE).id()).hasToString("c51041ba");
        assertThat(new KeyId("00ff10ab").bytes()).containsExactly(0, 0xff, 0x10, 0xab);
        assertThatThrownBy(() -> new KeyId("12")).hasMessageContaining("eight");
    }

    @Test
    void a_new_key_seals_from_now_on_and_an_older_one_can_go() {
        var key = SealingKey.parse(TWO);
        var ring = KeyRing.parse(ONE).sealingWith(key);
        assertThat(ring.current()).isEqualTo(key);
        assertThat(ring.older()).containsExactly(SealingKey.parse(ONE).id());
        assertThat(ring.sealingWith(SealingKey.parse(ONE)).older()).containsExactly(key.id());
        assertThat(ring.without(SealingKey.parse(ONE).id())).isEqualTo(KeyRing.of(key));
        assertThatThrownBy(() -> ring.without(key.id())).hasMessageContaining(key.id().value());
    }

    @Test
    void a_wrong_key_is_named_by_its_place_and_never_told() {
        assertThatThrownBy(() -> KeyRing.parse(ONE + "\nhunter2%"))
                .hasMessage("Key 2 is no base64.");
        assertThatThrownBy(() -> KeyRing.parse("c2hvcnQ="))
                .hasMessageContaining("has 5 bytes", "exactly 32");
        assertThatThrownBy(() -> KeyRing.parse("# nothing\n")).hasMessageContaining("no key");
        assertThat(KeyRing.parse(ONE).toString() + SealingKey.parse(ONE)).doesNotContain(ONE);
    }
}
