package stagecoach.tentacle.script;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SpellingTest {
    @Test
    void a_locale_of_utf_8_spells_all_and_another_says_what_to_do() {
        assertThat(Spelling.of("UTF-8").knows(List.of("grün", "\u4f60", ""))).isTrue();
        assertThat(Spelling.of("UTF-8").shortcoming()).isEmpty();
        for (String encoding : List.of("ANSI_X3.4-1968", "no such encoding")) {
            Spelling poor = Spelling.of(encoding);
            assertThat(poor.knows(List.of("green", "grün"))).isFalse();
            assertThat(poor.knows(List.of("green"))).isTrue();
            assertThat(poor.shortcoming().orElseThrow()).contains("LC_ALL=C.UTF-8");
        }
    }
}
