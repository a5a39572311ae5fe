package stagecoach.vocabulary.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
}
