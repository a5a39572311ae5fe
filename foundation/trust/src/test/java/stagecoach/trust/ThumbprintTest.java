package stagecoach.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ThumbprintTest {
    @Test
    void what_openssl_prints_is_understood() {
        String plain = Thumbprint.ofDer(new byte[] {1, 2, 3}).value();
        String printed = plain.toUpperCase(java.util.Locale.ROOT).replaceAll("(..)(?!$)", "$1:");
        assertThat(printed).contains(":");
        assertThat(Thumbprint.parse(printed + "\n").value()).isEqualTo(plain);
    }

    @Test
    void what_is_no_thumbprint_is_refused_in_words() {
        assertThatThrownBy(() -> Thumbprint.parse("abc"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'abc'")
                .hasMessageContaining("64 hexadecimal digits");
    }
}
