package stagecoach.local.launcher.chaos.fault;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import stagecoach.local.launcher.chaos.fault.FaultRunner.Planned;

class DeedsTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Planned KAFKA =
            new Planned(Duration.ofSeconds(10), new Fault.Away("kafka", MINUTE));
    private static final Planned POSTGRES =
            new Planned(Duration.ofSeconds(80), new Fault.Frozen("postgres", MINUTE));

    private final Deeds deeds = new Deeds();

    @Test
    void what_was_done_for_its_whole_time_is_nothing_to_complain_about() {
        deeds.plan(List.of(KAFKA, POSTGRES));
        deeds.done(KAFKA, MINUTE);
        deeds.done(POSTGRES, MINUTE.plusMillis(3));
        assertThat(deeds.undone()).isEmpty();
    }

    @Test
    void what_was_planned_and_not_done_or_not_for_long_enough_is_told() {
        deeds.plan(List.of(KAFKA, POSTGRES));
        deeds.done(POSTGRES, Duration.ofSeconds(30));
        assertThat(deeds.undone())
                .containsExactly(
                        "\"take away kafka for 60 s\" was planned, and it was not done, so this run says nothing about it",
                        "\"freeze postgres for 60 s\" was planned, and it was done for 30 s only, so this run says nothing about it");
    }

    @Test
    void trouble_with_the_faults_themselves_is_told() {
        deeds.trouble("kills ended early: java.io.IOException: no answer");
        assertThat(deeds.undone())
                .containsExactly("kills ended early: java.io.IOException: no answer");
    }
}
