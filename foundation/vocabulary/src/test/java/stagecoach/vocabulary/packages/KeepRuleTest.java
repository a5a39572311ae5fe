package stagecoach.vocabulary.packages;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class KeepRuleTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final Instant LONG_AGO = NOW.minus(Duration.ofDays(9));
    private static final Instant LATELY = NOW.minus(Duration.ofDays(7));

    private static KeepRule rule(int versions, int days) {
        return new KeepRule(some(versions), some(days));
    }

    private static Optional<Integer> some(int number) {
        return Optional.of(number).filter(positive -> positive > 0);
    }

    private static String reason(KeepRule rule) {
        return rule.reason("not one of %d"::formatted, "unused for %d days"::formatted);
    }

    @Test
    void age_keeps_what_was_used_lately_and_nothing_where_only_versions_count() {
        assertThat(rule(0, 8).isOld(LONG_AGO, NOW)).isTrue();
        assertThat(rule(0, 8).isOld(LATELY, NOW)).isFalse();
        assertThat(rule(2, 8).isOld(LATELY, NOW)).isFalse();
        assertThat(rule(2, 0).isOld(LATELY, NOW)).isTrue();
        assertThat(rule(0, 0).isOld(LONG_AGO, NOW)).isFalse();
    }

    @Test
    void of_each_package_the_first_versions_stay_and_what_is_none_stays_too() {
        var all = List.of("Web 3", "web 2", "Api 1", "WEB 1", "?", "?");
        assertThat(rule(2, 0).keptByNumber(all, KeepRuleTest::packageOf))
                .containsExactlyInAnyOrder("Web 3", "web 2", "Api 1", "?");
        assertThat(rule(0, 5).keptByNumber(all, KeepRuleTest::packageOf)).isEmpty();
    }

    private static Optional<PackageId> packageOf(String text) {
        return text.equals("?")
                ? Optional.empty()
                : Optional.of(new PackageId(text.substring(0, text.indexOf(' '))));
    }

    @Test
    void what_goes_is_told_by_all_that_could_have_kept_it() {
        assertThat(reason(rule(2, 0))).isEqualTo("not one of 2");
        assertThat(reason(rule(0, 8))).isEqualTo("unused for 8 days");
        assertThat(reason(rule(2, 8))).isEqualTo("not one of 2, and unused for 8 days");
    }
}
