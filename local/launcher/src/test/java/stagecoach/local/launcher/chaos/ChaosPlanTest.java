package stagecoach.local.launcher.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import stagecoach.local.launcher.chaos.ChaosPlan.Kind;
import stagecoach.local.launcher.chaos.fault.Fault;
import stagecoach.local.launcher.chaos.fault.FaultRunner.Planned;

class ChaosPlanTest {
    private static final int SEEDS = 50;

    private static ChaosPlan plan(long seed, Duration time, Set<Kind> kinds) {
        return new ChaosPlan(seed, time, 20, 2, kinds);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 30, 60, 120, 300, 3600})
    void kafka_and_postgres_are_away_for_a_minute_each_however_short_the_run_is(int seconds) {
        for (int seed = 0; seed < SEEDS; seed++) {
            for (Set<Kind> kinds : List.of(Set.of(Kind.OUTAGE), EnumSet.allOf(Kind.class))) {
                var plan = plan(seed, Duration.ofSeconds(seconds), kinds);
                assertThat(plan.planned())
                        .map(Planned::fault)
                        .filteredOn(
                                fault ->
                                        fault instanceof Fault.Away
                                                || fault instanceof Fault.Frozen)
                        .allSatisfy(
                                fault -> assertThat(fault.time()).isEqualTo(Duration.ofMinutes(1)))
                        .extracting(Fault::victim)
                        .containsExactlyInAnyOrder("kafka", "postgres");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 120, 300, 3600})
    void one_fault_at_a_time_with_a_respite_before_each_and_all_within_the_whole_time(int seconds) {
        var plan = plan(1, Duration.ofSeconds(seconds), EnumSet.allOf(Kind.class));
        Duration end = Duration.ZERO;
        for (Planned each : plan.planned()) {
            assertThat(each.at()).isGreaterThanOrEqualTo(end.plusSeconds(15));
            assertThat(each.fault().time())
                    .isBetween(Duration.ofSeconds(10), Duration.ofSeconds(60));
            end = each.end();
        }
        assertThat(plan.whole()).isGreaterThanOrEqualTo(end).isGreaterThanOrEqualTo(plan.time());
    }

    @Test
    void a_run_is_longer_only_if_its_faults_need_that() {
        var five = Duration.ofMinutes(5);
        assertThat(plan(1, five, EnumSet.allOf(Kind.class)).whole()).isEqualTo(five);
        assertThat(plan(1, Duration.ofMinutes(2), Set.of(Kind.OUTAGE)).whole())
                .isEqualTo(Duration.ofSeconds(150));
        assertThat(plan(1, Duration.ofMinutes(1), Set.of()).whole())
                .isEqualTo(Duration.ofMinutes(1));
    }
}
