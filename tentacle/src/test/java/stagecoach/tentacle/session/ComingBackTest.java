package stagecoach.tentacle.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Thousands of machines that lose their gateway in the same moment. */
class ComingBackTest {
    private static final int MACHINES = 10_000;
    private static final int SLICE_MILLIS = 100;
    private static final SessionRules RULES = SessionRules.USUAL;

    /** When a machine that has lost its gateway dials for the first time after that is back. */
    private static long firstTryFrom(long backMillis, Random chance) {
        Duration pause = RULES.backoffFirst();
        long now = Dialer.jittered(pause, chance).toMillis();
        while (now < backMillis) {
            pause = Dialer.next(pause, RULES);
            now += Dialer.jittered(pause, chance).toMillis();
        }
        return now;
    }

    @ParameterizedTest
    @ValueSource(longs = {10_000, 30_000, 120_000})
    void they_come_back_one_by_one_and_soon_when_it_is_back(long backMillis) {
        var chance = new Random(7);
        var slices = new int[(int) (RULES.backoffMax().toMillis() / SLICE_MILLIS) + 1];
        for (int i = 0; i < MACHINES; i++) {
            // None is away for longer than the longest pause.
            slices[(int) (firstTryFrom(backMillis, chance) - backMillis) / SLICE_MILLIS]++;
        }
        assertThat(IntStream.of(slices).max().orElseThrow())
                .as("machines in the busiest tenth of a second")
                .isLessThan(MACHINES / 20);
    }

    @Test
    void the_pauses_grow_up_to_the_longest_and_half_of_each_is_chance() {
        var chance = new Random(7);
        Duration pause = RULES.backoffFirst();
        for (int i = 0; i < 100; i++) {
            assertThat(Dialer.jittered(pause, chance)).isBetween(pause.dividedBy(2), pause);
            pause = Dialer.next(pause, RULES);
        }
        assertThat(pause).isEqualTo(RULES.backoffMax());
    }
}
