package stagecoach.cli.option;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class TimesPeopleWriteTest {
    private static final PointInTime IN_BERLIN = new PointInTime(ZoneId.of("Europe/Berlin"));

    @ParameterizedTest
    @CsvSource({
        "2026-04-05T18:00:00Z, 2026-04-05T18:00:00Z",
        "2026-04-05T18:00Z, 2026-04-05T18:00:00Z",
        "2026-04-05T20:00+02:00, 2026-04-05T18:00:00Z",
        "2026-04-05T20:00, 2026-04-05T18:00:00Z",
        "2026-04-05 20:00, 2026-04-05T18:00:00Z",
    })
    void a_time_without_an_offset_is_a_time_here(String written, Instant meant) {
        assertThat(IN_BERLIN.convert(written)).isEqualTo(meant);
    }

    @Test
    void what_is_no_time_is_told_with_an_example() {
        assertThatThrownBy(() -> IN_BERLIN.convert("tomorrow"))
                .isInstanceOf(TypeConversionException.class)
                .hasMessageContainingAll("tomorrow", "2026-04-05T18:00Z", "Europe/Berlin");
    }

    @ParameterizedTest
    @CsvSource({
        "90s, PT90S",
        "10m, PT10M",
        "1h30m, PT1H30M",
        "2d, P2D",
        "1d12h, P1DT12H",
        "PT10M, PT10M"
    })
    void a_span_is_read_as_people_write_it_and_as_iso_has_it(String written, Duration meant) {
        assertThat(new Span().convert(written)).isEqualTo(meant);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "10", "m10", "soon", "99999999999999999999s"})
    void what_is_no_span_is_told_with_an_example(String written) {
        assertThatThrownBy(() -> new Span().convert(written))
                .isInstanceOf(TypeConversionException.class)
                .hasMessageContaining("1h30m");
    }
}
