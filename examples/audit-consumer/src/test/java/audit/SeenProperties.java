package audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;

class SeenProperties {
    @Property(tries = 500)
    void in_any_order_and_however_often_a_version_is_new_once_and_what_has_not_come_is_missing(
            @ForAll @Size(max = 40) List<@LongRange(min = 1, max = 25) Long> arrivals) {
        Seen seen = Seen.NOTHING;
        Set<Long> come = new HashSet<>();
        for (long version : arrivals) {
            assertThat(seen.has(version)).isEqualTo(!come.add(version));
            seen = seen.with(version);
            long last = come.stream().max(Long::compare).orElseThrow();
            assertThat(seen.last()).isEqualTo(last);
            var lacking = new TreeSet<Long>();
            LongStream.rangeClosed(1, last).filter(v -> !come.contains(v)).forEach(lacking::add);
            assertThat(
                            seen.missing().stream()
                                    .flatMapToLong(
                                            gap -> LongStream.rangeClosed(gap.from(), gap.upTo()))
                                    .boxed())
                    .containsExactlyElementsOf(lacking);
            for (long upTo = 1; upTo <= last; upTo++) {
                long first = lacking.isEmpty() ? last + 1 : lacking.first();
                assertThat(seen.isWholeUpTo(upTo)).isEqualTo(upTo < first);
            }
        }
    }
}
