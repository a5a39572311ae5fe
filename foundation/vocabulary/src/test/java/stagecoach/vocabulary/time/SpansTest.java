package stagecoach.vocabulary.time;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpansTest {
    @ParameterizedTest
    @CsvSource({"PT1H, 1h", "PT90M, 1h30m", "PT25H, 25h", "PT0.5S, 0.5s", "PT0S, 0s", "P2D, 48h"})
    void a_span_is_said_as_people_write_it(Duration span, String words) {
        assertThat(Spans.inWords(span)).isEqualTo(words);
    }
}
