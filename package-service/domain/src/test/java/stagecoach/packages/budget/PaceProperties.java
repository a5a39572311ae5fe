package stagecoach.packages.budget;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

/** Whoever asks, whenever and for how much: a rate is kept, and it is used. */
class PaceProperties {
    private static final Instant BEGIN = Instant.parse("2026-11-29T00:00:00Z");

    private record Gone(Instant at, long bytes) {}

    @Property
    void in_no_span_of_time_more_goes_than_the_rate_and_one_burst_allow(
            @ForAll @LongRange(min = 1_000, max = 1_000_000_000) long rate, @ForAll long seed) {
        var random = new Random(seed);
        var gone = new ArrayList<Gone>();
        Pace pace = Pace.FRESH;
        Instant now = BEGIN;
        for (int n = 0; n < 40; n++) {
            now = now.plusMillis(random.nextInt(5) == 0 ? random.nextInt(3_000) : 0);
            long bytes = 1 + random.nextLong(Pace.portion(rate));
            Pace.Leave leave = pace.leave(bytes, rate, now);
            pace = leave.after();
            gone.add(new Gone(now.plus(leave.delay()), bytes));
        }
        for (int first = 0; first < gone.size(); first++) {
            long sum = 0;
            for (Gone one : gone.subList(first, gone.size())) {
                sum += one.bytes();
                Duration span = Duration.between(gone.get(first).at(), one.at());
                assertThat((double) sum)
                        .isLessThanOrEqualTo(
                                rate * (span.plus(Pace.BURST).toNanos() / 1e9)
                                        + Pace.portion(rate)
                                        + 1);
            }
        }
    }

    @Property
    void who_asks_on_and_on_gets_the_whole_rate_also_when_it_changes(
            @ForAll List<@LongRange(min = 1_000, max = 1_000_000_000) Long> rates,
            @ForAll @IntRange(min = 1, max = 20) int portions) {
        Pace pace = Pace.FRESH;
        Instant now = BEGIN;
        Duration paid = Duration.ZERO;
        for (long rate : rates) {
            for (int n = 0; n < portions; n++) {
                long bytes = Pace.portion(rate);
                Pace.Leave leave = pace.leave(bytes, rate, now);
                pace = leave.after();
                now = now.plus(leave.delay());
                paid = paid.plusNanos((long) Math.ceil(bytes * 1e9 / rate));
            }
        }
        assertThat(Duration.between(BEGIN, now)).isLessThanOrEqualTo(paid);
    }
}
