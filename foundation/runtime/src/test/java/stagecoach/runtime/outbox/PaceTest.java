package stagecoach.runtime.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PaceTest {
    private static final long BEGIN = -5_000_000_000L;
    private static final long MILLI = 1_000_000L;

    private final Pace pace = new Pace(20, 3, BEGIN);

    @Test
    void who_has_rested_goes_at_once_so_many_times() {
        assertThat(pace.next(BEGIN)).isZero();
        assertThat(pace.next(BEGIN)).isZero();
        assertThat(pace.next(BEGIN + MILLI)).isZero();
        assertThat(pace.next(BEGIN + 2 * MILLI)).isEqualTo(48 * MILLI);
    }

    @Test
    void who_goes_on_and_on_goes_so_many_times_a_second() {
        long now = BEGIN;
        int turns = 0;
        while (now < BEGIN + 10_000 * MILLI) {
            now += pace.next(now);
            turns++;
        }
        assertThat(turns).isBetween(200, 204);
    }

    @Test
    void a_short_rest_saves_few_turns_and_a_long_one_not_more_than_all() {
        for (int i = 0; i < 3; i++) {
            pace.next(BEGIN);
        }
        long soon = BEGIN + 50 * MILLI;
        assertThat(pace.next(soon)).isZero();
        assertThat(pace.next(soon)).isPositive();
        long late = BEGIN + 3_600_000 * MILLI;
        for (int i = 0; i < 3; i++) {
            assertThat(pace.next(late)).isZero();
        }
        assertThat(pace.next(late)).isEqualTo(50 * MILLI);
    }
}
