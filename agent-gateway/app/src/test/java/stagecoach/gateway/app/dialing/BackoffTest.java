package stagecoach.gateway.app.dialing;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BackoffTest {
    private final Backoff backoff = new Backoff(Duration.ofMillis(500), Duration.ofSeconds(30));

    @ParameterizedTest
    @CsvSource({"0, 500", "1, 500", "2, 1000", "4, 4000", "7, 30000", "2147483647, 30000"})
    void the_pause_doubles_up_to_the_longest_and_half_of_it_is_chance(int failures, long most) {
        var chance = new Random(7);
        for (int i = 0; i < 200; i++) {
            assertThat(backoff.after(failures, chance).toMillis()).isBetween(most / 2, most);
        }
    }

    @Test
    void those_who_fail_together_do_not_come_back_together() {
        var chance = new Random(7);
        assertThat(backoff.after(5, chance)).isNotEqualTo(backoff.after(5, chance));
    }
}
