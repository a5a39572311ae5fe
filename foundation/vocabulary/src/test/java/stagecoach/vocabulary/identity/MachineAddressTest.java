package stagecoach.vocabulary.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MachineAddressTest {
    @ParameterizedTest
    @ValueSource(
            strings = {"web-1:10933", "web-1.shop.example:1", "10.0.0.7:65535", "[fd00::7]:10933"})
    void a_host_and_a_port_are_read_and_written_alike(String text) {
        assertThat(MachineAddress.parse(text)).hasToString(text);
        assertThat(MachineAddress.parse(text.toUpperCase(java.util.Locale.ROOT)))
                .isEqualTo(MachineAddress.parse(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "web-1",
                ":10933",
                "web-1:",
                "web-1:0",
                "web-1:65536",
                "web-1:99999999",
                "fd00::7:10933",
                "[web-1]:10933",
                "https://web-1:10933",
                "web-1:10933/agent",
                "user@web-1:10933",
                "web 1:10933",
                "-web:1",
                "web..1:1",
                "web-1:10933\n"
            })
    void all_else_is_refused_in_words(String text) {
        assertThatThrownBy(() -> MachineAddress.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageMatching("(?s).*(is no address of a machine|is no port).*");
    }

    @Test
    void a_name_without_end_is_refused_as_any_other() {
        String endless = "a".repeat(1_000_000);
        assertThatThrownBy(() -> MachineAddress.parse(endless + ":10933"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> MachineAddress.parse("a.".repeat(500_000) + "b:10933"))
                .isInstanceOf(IllegalArgumentException.class)
                .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(1_000));
        assertThat(MachineAddress.parse("a".repeat(253) + ":65535").port()).isEqualTo(65_535);
    }
}
