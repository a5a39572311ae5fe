package stagecoach.orchestrator.app.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import stagecoach.contracts.run.PlannedStep;
import stagecoach.runtime.cancel.CancelSettings;
import stagecoach.vocabulary.process.RunOn;
import stagecoach.wire.StagecoachJson;

class CancelBoundsTest {
    private static final CancelSettings USUAL =
            new CancelSettings() {
                @Override
                public Duration killAfter() {
                    return Duration.ofSeconds(10);
                }

                @Override
                public Duration abandonAfter() {
                    return Duration.ofSeconds(30);
                }

                @Override
                public Duration cleanupMax() {
                    return Duration.ofMinutes(5);
                }

                @Override
                public Duration reportsMax() {
                    return Duration.ofSeconds(20);
                }
            };

    private static PlannedStep.Builder step(String name) {
        return PlannedStep.of(name, PlannedStep.Kind.SCRIPT, new RunOn.NoMachine());
    }

    private static Duration longest(PlannedStep.Builder... steps) {
        var outline = List.of(steps).stream().map(PlannedStep.Builder::build).toList();
        return CancelBounds.longest(StagecoachJson.text(outline), USUAL);
    }

    @Test
    void a_cancel_waits_for_the_step_that_may_take_longest_to_end() {
        assertThat(longest(step("one"), step("drain").killAfter(Duration.ofMinutes(5))))
                .isEqualTo(Duration.ofMinutes(5).plusSeconds(30));
    }

    @Test
    void quick_steps_leave_the_usual_time_to_all_others() {
        assertThat(longest(step("quick").killAfter(Duration.ZERO)))
                .isEqualTo(Duration.ofSeconds(40));
        assertThat(longest()).isEqualTo(Duration.ofSeconds(40));
    }
}
