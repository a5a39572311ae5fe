package stagecoach.vocabulary.packages;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Locale;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Sha512Test {

    private static final String ABC =
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
                    + "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f";

    @Test
    void the_digest_of_abc_is_the_published_one() {
        assertThat(Sha512.hashOf("abc".getBytes(US_ASCII)).hex()).isEqualTo(ABC);
    }

    @Test
    void bytes_fed_piece_by_piece_give_the_same_digest() {
        var hasher = Sha512.hasher();
        hasher.update((byte) 'a');
        hasher.update("bc".getBytes(US_ASCII));
        assertThat(Sha512.finish(hasher)).isEqualTo(new Sha512(ABC));
    }

    @Test
    void hexadecimal_digits_of_either_case_are_one_digest() {
        assertThat(Sha512.parseHex(ABC.toUpperCase(Locale.ROOT))).isEqualTo(new Sha512(ABC));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "abc", "zz"})
    void text_that_is_no_digest_is_refused(String text) {
        assertThatThrownBy(() -> Sha512.parseHex(text))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Sha512.parseBase64(text))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Sha512(ABC.substring(1) + "A"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Property
    void hex_base64_and_bytes_say_the_same(@ForAll byte[] content) {
        var digest = Sha512.hashOf(content);
        assertThat(Sha512.parseHex(digest.hex())).isEqualTo(digest);
        assertThat(Sha512.parseBase64(digest.base64())).isEqualTo(digest);
        assertThat(Sha512.ofBytes(digest.bytes())).isEqualTo(digest);
    }
}
