package stagecoach.orchestrator.app.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ShownTest {
    private static final Instant SIX = Instant.parse("2026-11-23T06:00:00Z");

    @Test
    void sizes_and_speeds_are_told_in_decimal_units() {
        assertThat(Shown.bytes(999)).isEqualTo("999 B");
        assertThat(Shown.bytes(44_400)).isEqualTo("44 kB");
        assertThat(Shown.bytes(19_540_000)).isEqualTo("19.5 MB");
        assertThat(Shown.bytes(2_340_000_000L)).isEqualTo("2.34 GB");
        assertThat(Shown.speed(10_000_000, Duration.ofSeconds(4))).isEqualTo("2.5 MB/s");
        assertThat(Shown.speed(0, Duration.ofSeconds(4))).isEmpty();
        assertThat(Shown.speed(5, Duration.ZERO)).isEmpty();
    }

    @Test
    void times_are_told_as_people_say_them_and_what_goes_on_in_whole_seconds() {
        assertThat(Shown.span(SIX, SIX.plusMillis(3_240), SIX)).isEqualTo("3.2 s");
        assertThat(Shown.span(SIX, null, SIX.plusMillis(3_940))).isEqualTo("3 s");
        assertThat(Shown.span(SIX, null, SIX.plusSeconds(-2))).isEqualTo("0 s");
        assertThat(Shown.span(null, null, SIX)).isEmpty();
        assertThat(Shown.span(Duration.ofSeconds(92))).isEqualTo("1 min 32 s");
        assertThat(Shown.span(Duration.ofMinutes(125))).isEqualTo("2 h 5 min");
        assertThat(Shown.day(SIX)).isEqualTo("23 Nov 2026, 06:00 UTC");
    }

    @Test
    void a_line_of_output_commands_no_terminal() {
        assertThat(Shown.line("\u001b[1;31mred\u001b[0m\ttab\u0007")).isEqualTo("red\ttab·");
    }
}
