package stagecoach.gateway.presence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VigilTest {
    private static final Instant START = Instant.parse("2026-11-30T12:00:00Z");
    private static final Duration EVERY = Duration.ofSeconds(1);
    private static final Duration MOST = Duration.ofSeconds(3);

    private final Vigil vigil = new Vigil(EVERY, MOST, START);

    private void speakEverySecond(int from, int to) {
        for (int second = from; second <= to; second++) {
            vigil.spoke(at(second), at(second));
        }
    }

    private static Instant at(int second) {
        return START.plusSeconds(second);
    }

    @Test
    void who_has_just_begun_judges_nobody() {
        speakEverySecond(0, 2);
        assertThat(vigil.isUnbroken(at(2))).isFalse();
        speakEverySecond(3, 3);
        assertThat(vigil.isUnbroken(at(3))).isTrue();
    }

    @Test
    void who_cannot_say_that_he_lives_judges_nobody() {
        speakEverySecond(0, 5);
        assertThat(vigil.isUnbroken(at(6))).isTrue();
        assertThat(vigil.isUnbroken(at(7))).isFalse();
    }

    @Test
    void after_an_outage_the_others_are_given_their_time_again() {
        speakEverySecond(0, 5);
        speakEverySecond(60, 62);
        assertThat(vigil.isUnbroken(at(62))).isFalse();
        speakEverySecond(63, 63);
        assertThat(vigil.isUnbroken(at(63))).isTrue();
    }

    /** Whatever is seen of others is then as old as what is seen of him. */
    @ParameterizedTest
    @ValueSource(longs = {250, 500, 1000, 1500, 1999, 2500, 10_000})
    void who_sees_that_words_need_long_to_come_through_judges_nobody(long latency) {
        Instant begun = START;
        for (int words = 0; words < 20; words++) {
            Instant through = begun.plusMillis(latency);
            vigil.spoke(begun, through);
            assertThat(vigil.isUnbroken(through)).isFalse();
            begun = through.plus(EVERY);
            assertThat(vigil.isUnbroken(begun)).isFalse();
        }
    }

    @Test
    void when_words_come_through_quickly_again_he_judges_after_as_long_as_others_may_be_silent() {
        speakEverySecond(0, 5);
        vigil.spoke(at(6), at(7));
        speakEverySecond(8, 10);
        assertThat(vigil.isUnbroken(at(10))).isFalse();
        speakEverySecond(11, 11);
        assertThat(vigil.isUnbroken(at(11))).isTrue();
    }

    @Test
    void words_that_need_a_little_time_do_not_keep_him_from_judging() {
        Instant begun = START;
        while (begun.isBefore(at(10))) {
            Instant through = begun.plusMillis(200);
            vigil.spoke(begun, through);
            begun = through.plus(EVERY);
        }
        assertThat(vigil.isUnbroken(begun)).isTrue();
    }

    @Test
    void who_is_seen_as_old_himself_or_not_at_all_judges_nobody_for_as_long() {
        speakEverySecond(0, 5);
        vigil.saw(Optional.of(Duration.ofMillis(1499)), at(5));
        assertThat(vigil.isUnbroken(at(5))).isTrue();
        vigil.saw(Optional.of(Duration.ofMillis(1500)), at(5));
        speakEverySecond(6, 7);
        assertThat(vigil.isUnbroken(at(7))).isFalse();
        speakEverySecond(8, 8);
        assertThat(vigil.isUnbroken(at(8))).isTrue();
        vigil.saw(Optional.empty(), at(8));
        assertThat(vigil.isUnbroken(at(8))).isFalse();
    }

    @Test
    void a_limit_that_one_late_word_would_reach_is_refused_in_words() {
        assertThatThrownBy(() -> new Vigil(EVERY, Duration.ofMillis(2999), START))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("PT2.999S")
                .hasMessageContaining("PT1S")
                .hasMessageContaining("stagecoach.agent.take-over-after");
    }
}
