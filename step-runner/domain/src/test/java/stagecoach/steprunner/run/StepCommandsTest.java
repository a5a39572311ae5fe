package stagecoach.steprunner.run;

import static org.assertj.core.api.Assertions.assertThat;
import static stagecoach.steprunner.run.Sheets.NOON;
import static stagecoach.steprunner.run.Sheets.pair;
import static stagecoach.steprunner.run.Sheets.sheet;
import static stagecoach.steprunner.run.Sheets.step;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import stagecoach.contracts.agent.AgentCommand.CancelCommand;
import stagecoach.contracts.agent.AgentCommand.RunScript;
import stagecoach.contracts.agent.StopBounds;
import stagecoach.contracts.run.PlannedStep;
import stagecoach.contracts.run.StepAssignment;
import stagecoach.contracts.steprun.StepRunEvent;
import stagecoach.contracts.steprun.StepRunEvent.StepStarted;
import stagecoach.steprunner.run.StepRun.Underway;
import stagecoach.steprunner.run.StepRunCommand.StartRun;
import stagecoach.vocabulary.identity.Digest;
import stagecoach.vocabulary.process.Mutex;

class StepCommandsTest {
    private static final Duration START_WITHIN = Duration.ofMinutes(20);
    private static final Duration REACH_WITHIN = Duration.ofMinutes(3);

    private final StepRunDecider decider = new StepRunDecider();
    private final StepCommands commands =
            new StepCommands(START_WITHIN, REACH_WITHIN, StopBounds.USUAL);

    private List<StepRunEvent> begun(StepAssignment assignment) {
        return decider.decide(decider.initial(), new StartRun(sheet(assignment), Map.of()));
    }

    private Underway after(List<StepRunEvent> events) {
        return (Underway) decider.fold(decider.initial(), events);
    }

    private RunScript script(StepAssignment assignment) {
        var events = begun(assignment);
        var started = (StepStarted) events.getLast();
        return (RunScript) commands.starting(after(events), started, Digest.of("payload"), NOON);
    }

    @Test
    void a_script_may_wait_for_its_turn_and_then_for_its_machine() {
        var script = script(step("a").at("t1"));
        assertThat(script.expiresAt()).isEqualTo(NOON.plus(START_WITHIN).plus(REACH_WITHIN));
        assertThat(script.reachWithin()).contains(REACH_WITHIN);
        assertThat(script.mutex()).isEqualTo(new Mutex("default", Mutex.Mode.EXCLUSIVE));
    }

    @Test
    void a_worker_does_many_things_at_a_time() {
        assertThat(script(step("a").onWorker("w1")).mutex().mode()).isEqualTo(Mutex.Mode.SHARED);
    }

    @Test
    void a_health_check_waits_for_nobody_and_has_no_further_time_than_its_own() {
        var check = script(step("a").kind(PlannedStep.Kind.HEALTH_CHECK).at("t1"));
        assertThat(check.mutex()).isEqualTo(new Mutex("health-check", Mutex.Mode.SHARED));
        assertThat(check.expiresAt()).isEqualTo(NOON.plus(Duration.ofHours(1)));
        assertThat(check.reachWithin()).contains(Duration.ofHours(1));
    }

    @Test
    void a_cancel_ends_what_is_at_work_at_every_place() {
        assertThat(commands.cancelling(after(begun(step("a").at("t1", "t2")))))
                .extracting(command -> ((CancelCommand) command).context().target())
                .containsExactly(pair("a", "t1").target(), pair("a", "t2").target());
    }
}
