package stagecoach.gateway.app.session.lane;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class RateLimitTest {
    private final RateLimit twice = new RateLimit(2, Duration.ofHours(1));

    @Test
    void it_happens_as_often_as_it_may_and_no_more() {
        assertThat(twice.may()).isTrue();
        assertThat(twice.may()).isTrue();
        assertThat(twice.may()).isFalse();
        assertThat(twice.may()).isFalse();
    }

    @Test
    void what_piled_up_while_nobody_looked_does_not_count() {
        twice.may();
        twice.may();
        twice.allowFor(Duration.ofHours(2));
        for (int i = 0; i < 4; i++) {
            assertThat(twice.may()).as("what came meanwhile, %d", i).isTrue();
        }
        assertThat(twice.may()).isFalse();
    }

    @Test
    void many_short_whiles_allow_as_much_as_one_long_one() {
        twice.may();
        twice.may();
        for (int i = 0; i < 60; i++) {
            twice.allowFor(Duration.ofMinutes(1));
        }
        assertThat(twice.may()).isTrue();
    }
}
