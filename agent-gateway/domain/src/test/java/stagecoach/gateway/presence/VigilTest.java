package stagecoach.gateway.presence;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class VigilTest {
    private static final Instant START = Instant.parse("2026-11-30T12:00:00Z");
    private final Vigil vigil = new Vigil(Duration.ofSeconds(3), START);

    private void speakEverySecond(int from, int to) {
        for (int second = from; second <= to; second++) {
            vigil.spoke(at(second));
        }
    }

    private static Instant at(int second) {
        return START.plusSeconds(second);
    }

    @Test
    void who_has_just_begun_judges_nobody() {
        speakEverySecond(0, 2);
        assertThat(vigil.isUnbroken(at(2))).isFalse();
        vigil.spoke(at(3));
        assertThat(vigil.isUnbroken(at(3))).isTrue();
    }

    @Test
    void who_cannot_say_that_he_lives_judges_nobody() {
        speakEverySecond(0, 5);
        assertThat(vigil.isUnbroken(at(7))).isTrue();
        assertThat(vigil.isUnbroken(at(8))).isFalse();
    }

    @Test
    void after_an_outage_the_others_are_given_their_time_again() {
        speakEverySecond(0, 5);
        speakEverySecond(60, 62);
        assertThat(vigil.isUnbroken(at(62))).isFalse();
        vigil.spoke(at(63));
        assertThat(vigil.isUnbroken(at(63))).isTrue();
    }
}
