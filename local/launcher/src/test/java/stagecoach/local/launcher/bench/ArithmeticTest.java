package stagecoach.local.launcher.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ArithmeticTest {
    @Test
    void percentiles_are_measured_values_in_whatever_order_they_came() {
        assertThat(Percentiles.of(List.of(9.0, 1.0, 5.0))).isEqualTo(new Percentiles(3, 5, 9));
        assertThat(Percentiles.of(List.of(4.0, 2.0))).isEqualTo(new Percentiles(2, 2, 4));
        assertThat(Percentiles.of(List.of(7.0))).isEqualTo(new Percentiles(1, 7, 7));
    }

    @Test
    void of_nothing_there_is_no_percentile() {
        assertThat(Percentiles.of(List.of())).isEqualTo(new Percentiles(0, Double.NaN, Double.NaN));
    }

    @Test
    void processor_time_is_what_each_process_used_since_then() {
        var before = new CpuTime(Map.of(1L, 100L, 2L, 50L));
        var now = new CpuTime(Map.of(1L, 130L, 2L, 50L));

        assertThat(now.since(before)).isEqualTo(Duration.ofMillis(300));
    }

    @Test
    void a_process_that_has_begun_meanwhile_counts_whole() {
        var before = new CpuTime(Map.of(1L, 100L));
        var now = new CpuTime(Map.of(1L, 100L, 3L, 7L));

        assertThat(now.since(before)).isEqualTo(Duration.ofMillis(70));
    }

    @Test
    void a_process_that_has_ended_meanwhile_takes_nothing_from_the_others() {
        var before = new CpuTime(Map.of(1L, 100L, 2L, 5_000L));
        var now = new CpuTime(Map.of(1L, 110L, 2L, 0L));

        assertThat(now.since(before)).isEqualTo(Duration.ofMillis(100));
        assertThat(new CpuTime(Map.of(1L, 110L)).since(before)).isEqualTo(Duration.ofMillis(100));
    }

    @Test
    void this_process_is_seen_to_work() throws Exception {
        var self = List.of(ProcessHandle.current().pid());
        var before = CpuTime.of(self);
        beBusyFor(Duration.ofMillis(200));

        assertThat(CpuTime.of(self).since(before)).isPositive();
    }

    @Test
    void seconds_are_summed_to_the_hundredth() {
        assertThat(Meter.sum(Map.of("kafka", 0.1, "postgres", 0.2))).isEqualTo(0.3);
        assertThat(Meter.sum(Map.of())).isZero();
    }

    /** Until this thread alone has used that much, as the virtual machine counts it. */
    private static void beBusyFor(Duration wanted) {
        var threads = ManagementFactory.getThreadMXBean();
        long end = threads.getCurrentThreadCpuTime() + wanted.toNanos();
        while (threads.getCurrentThreadCpuTime() < end) {
            Thread.onSpinWait();
        }
    }
}
