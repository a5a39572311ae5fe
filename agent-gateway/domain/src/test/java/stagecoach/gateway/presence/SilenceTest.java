package stagecoach.gateway.presence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import stagecoach.gateway.presence.Silence.Verdict;

class SilenceTest {
    private static final Instant HEARD = Instant.parse("2026-11-24T12:00:00Z");
    private final Silence silence = new Silence(Duration.ofSeconds(10), Duration.ofSeconds(25));

    @Test
    void a_quiet_connection_is_asked_and_then_given_up() {
        assertThat(silence.judge(HEARD, HEARD.plusSeconds(9))).isEqualTo(Verdict.FINE);
        assertThat(silence.judge(HEARD, HEARD.plusSeconds(10))).isEqualTo(Verdict.PING);
        assertThat(silence.judge(HEARD, HEARD.plusSeconds(25))).isEqualTo(Verdict.LOST);
    }

    @Test
    void bounds_that_break_the_promise_of_thirty_seconds_are_refused() {
        assertThatThrownBy(() -> new Silence(Duration.ofSeconds(10), Duration.ofSeconds(31)))
                .hasMessageContaining("PT30S");
        assertThatThrownBy(() -> new Silence(Duration.ofSeconds(15), Duration.ofSeconds(25)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void an_older_epoch_gives_way() {
        assertThat(new Epoch(1).isBehind(new Epoch(2))).isTrue();
        assertThat(new Epoch(2).isBehind(new Epoch(2))).isFalse();
    }
}
