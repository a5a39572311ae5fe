package stagecoach.local.launcher.chaos.verdict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JudgeTest {
    private static final List<StepShape> STEPS =
            List.of(
                    new StepShape("open", Set.of("worker-1", "worker-2"), false, 1),
                    new StepShape("shaky", Set.of("web-1", "web-2"), true, 2),
                    new StepShape("roll", Set.of("web-1", "web-2"), true, 1));

    private final List<Trace.Line> lines = new ArrayList<>();

    JudgeTest() {
        ran("open", "worker-2", "t1");
        ran("shaky", "web-1", "t2");
        ran("shaky", "web-1", "t3");
        ran("roll", "web-1", "t4");
        ran("shaky", "web-2", "t5");
        ran("shaky", "web-2", "t6");
        ran("roll", "web-2", "t7");
    }

    @Test
    void a_deployment_that_left_what_its_process_says_is_right() {
        assertThat(judged("SUCCEEDED")).isEmpty();
    }

    @Test
    void a_command_that_started_its_script_twice_is_found() {
        ran("roll", "web-2", "t7");
        assertThat(judged("SUCCEEDED"))
                .contains(
                        "d1: the script of step roll on web-2 was started twice by one command (ticket t7)",
                        "d1 (shop): step roll ran 2 times on web-2, not 1");
    }

    @Test
    void one_try_too_many_is_found_and_the_honest_one_is_none() {
        ran("shaky", "web-1", "t8");
        assertThat(judged("FAILED")).contains("d1 (shop): step shaky ran 3 times on web-1, not 2");
    }

    @Test
    void a_step_on_some_worker_runs_on_one_of_them() {
        ran("open", "worker-1", "t8");
        assertThat(judged("SUCCEEDED"))
                .containsExactly("d1 (shop): step open ran 2 times on a worker, not 1");
    }

    @Test
    void what_was_cancelled_may_end_so_with_less_and_nothing_else_may() {
        lines.removeIf(line -> line.step().equals("roll"));
        assertThat(judged("CANCELLED"))
                .containsExactly("d1 (shop) ended CANCELLED, and nobody has cancelled it");
        assertThat(cancelled(STEPS)).isEmpty();
    }

    @Test
    void what_was_cancelled_runs_nothing_twice_but_an_always_step_that_was_ended_at_work() {
        ran("close", "worker-1", "t8");
        ran("close", "worker-1", "t9");
        var steps = new ArrayList<>(STEPS);
        steps.add(new StepShape("close", Set.of("worker-1"), false, 1).whateverHappens());
        assertThat(cancelled(steps)).isEmpty();
        ran("roll", "web-1", "t10");
        ran("close", "worker-1", "t11");
        assertThat(cancelled(steps))
                .containsExactlyInAnyOrder(
                        "d1 (shop): step roll ran 2 times on web-1, not 1",
                        "d1 (shop): step close ran 3 times on a worker, not 1");
    }

    @Test
    void a_cancel_that_cleans_nothing_up_is_found_unless_it_says_why() {
        var steps = new ArrayList<>(STEPS);
        steps.add(new StepShape("close", Set.of("worker-1"), false, 1).whateverHappens());
        assertThat(cancelled(steps))
                .containsExactly(
                        "d1 (shop) ended CANCELLED, and step close, which runs whatever happens, did not run in attempt 1");
        assertThat(cancelled(steps, Map.of("close", "no worker of hq can be reached"))).isEmpty();
        lines.clear();
        assertThat(cancelled(steps)).as("nothing was done that needs cleaning up").isEmpty();
    }

    private List<String> cancelled(List<StepShape> steps) {
        return cancelled(steps, Map.of());
    }

    private List<String> cancelled(List<StepShape> steps, Map<String, String> passedOver) {
        return Judge.judge(
                List.of(
                        new Asked(
                                "d1",
                                "shop",
                                steps,
                                Optional.of("CANCELLED"),
                                "",
                                true,
                                new Course.Straight(),
                                1,
                                passedOver)),
                new Trace(lines));
    }

    /** Two steps more, of a deployment that fails at {@code web-1} and is taken up again. */
    private static final List<StepShape> COURSE =
            List.of(
                    new StepShape("open", Set.of("worker-1"), false, 1).inEachAttempt(),
                    new StepShape("early", Set.of("web-1", "web-2"), true, 1),
                    new StepShape("fragile", Set.of("web-1", "web-2"), true, 1),
                    new StepShape("late", Set.of("web-1", "web-2"), true, 1),
                    new StepShape("close", Set.of("worker-1"), false, 1).whateverHappens());

    private List<String> went(Course course, int attempts) {
        return Judge.judge(
                List.of(
                        new Asked(
                                "d1",
                                "shop",
                                COURSE,
                                Optional.of("SUCCEEDED"),
                                "",
                                false,
                                course,
                                attempts,
                                Map.of())),
                new Trace(lines));
    }

    private void ran(int attempt, String step, String machine) {
        lines.add(new Trace.Line("d1", attempt, step, machine, "t-" + lines.size()));
    }

    /** A first attempt that fails at web-1, where the step before it has succeeded. */
    private void firstAttempt() {
        lines.clear();
        ran(1, "open", "worker-1");
        ran(1, "early", "web-1");
        ran(1, "early", "web-2");
        ran(1, "fragile", "web-1");
        ran(1, "fragile", "web-2");
    }

    @Test
    void a_retried_deployment_does_again_what_failed_and_what_each_attempt_does() {
        var retried = new Course.Retried("fragile", "web-1");
        firstAttempt();
        ran(1, "close", "worker-1");
        ran(2, "open", "worker-1");
        ran(2, "fragile", "web-1");
        ran(2, "late", "web-1");
        ran(2, "late", "web-2");
        ran(2, "close", "worker-1");
        assertThat(went(retried, 2)).isEmpty();

        ran(2, "early", "web-2");
        ran(2, "fragile", "web-2");
        assertThat(went(retried, 2))
                .contains(
                        "d1 (shop): step early ran 1 times on web-2 in attempt 2, not 0",
                        "d1 (shop): step fragile ran 2 times on web-2, not 1");
    }

    @Test
    void what_goes_on_behind_a_failure_in_the_first_attempt_is_found() {
        firstAttempt();
        ran(1, "late", "web-2");
        ran(1, "close", "worker-1");
        ran(2, "open", "worker-1");
        ran(2, "fragile", "web-1");
        ran(2, "late", "web-1");
        ran(2, "close", "worker-1");
        assertThat(went(new Course.Retried("fragile", "web-1"), 2))
                .containsExactly("d1 (shop): step late ran 1 times on web-2 in attempt 1, not 0");
    }

    @Test
    void an_attempt_that_nobody_asked_for_or_that_is_missing_is_found() {
        firstAttempt();
        ran(1, "close", "worker-1");
        assertThat(went(new Course.Retried("fragile", "web-1"), 2))
                .contains(
                        "d1 (shop) SUCCEEDED, and step fragile ran 1 times on web-1, not 2",
                        "d1 (shop) SUCCEEDED, and step open ran 1 times on a worker, not 2");
        ran(3, "late", "web-1");
        assertThat(went(new Course.Retried("fragile", "web-1"), 2))
                .contains(
                        "d1 (shop): step late ran on web-1 in attempt 3, and nobody has asked for that one");
    }

    @Test
    void what_only_acquires_runs_what_every_attempt_runs_and_the_rest_when_it_goes_on() {
        lines.clear();
        ran(1, "open", "worker-1");
        ran(1, "close", "worker-1");
        ran(2, "open", "worker-1");
        for (String step : List.of("early", "fragile", "late")) {
            ran(2, step, "web-1");
            ran(2, step, "web-2");
        }
        ran(2, "close", "worker-1");
        assertThat(went(new Course.Staged(), 2)).isEmpty();

        lines.set(2, new Trace.Line("d1", 1, "early", "web-1", "t-2"));
        assertThat(went(new Course.Staged(), 2))
                .contains(
                        "d1 (shop) SUCCEEDED, and step open ran 1 times on a worker, not 2",
                        "d1 (shop): step early ran 1 times on web-1 in attempt 1, not 0");
    }

    @Test
    void steps_that_begin_together_come_in_any_order_and_others_do_not() {
        List<StepShape> steps =
                List.of(
                        new StepShape("left", Set.of("web-1"), true, 1),
                        new StepShape("right", Set.of("web-1"), true, 1).withPrevious(),
                        new StepShape("after", Set.of("web-1"), true, 1));
        lines.clear();
        ran("right", "web-1", "t1");
        ran("left", "web-1", "t2");
        ran("after", "web-1", "t3");
        assertThat(cancelled(steps)).isEmpty();
        lines.add(1, lines.removeLast());
        assertThat(cancelled(steps))
                .containsExactly("d1 (shop): step left ran on web-1 behind step after");
    }

    @Test
    void what_a_person_said_about_a_failure_is_done() {
        firstAttempt();
        ran(1, "late", "web-2");
        ran(1, "close", "worker-1");
        // Nothing more on web-1: that is what excluding it means, and neither of the others.
        assertThat(went(new Course.Guided("fragile", "web-1", Course.Answer.EXCLUDE), 1)).isEmpty();
        assertThat(went(new Course.Guided("fragile", "web-1", Course.Answer.IGNORE), 1))
                .containsExactly("d1 (shop) SUCCEEDED, and step late ran 0 times on web-1, not 1");
        assertThat(went(new Course.Guided("fragile", "web-1", Course.Answer.RETRY), 1))
                .containsExactly(
                        "d1 (shop) SUCCEEDED, and step fragile ran 1 times on web-1, not 2",
                        "d1 (shop) SUCCEEDED, and step late ran 0 times on web-1, not 1");
        lines.removeLast();
        ran(1, "fragile", "web-1");
        ran(1, "late", "web-1");
        ran(1, "close", "worker-1");
        assertThat(went(new Course.Guided("fragile", "web-1", Course.Answer.RETRY), 1)).isEmpty();
        assertThat(went(new Course.Guided("fragile", "web-1", Course.Answer.EXCLUDE), 1))
                .contains("d1 (shop): step late ran 1 times on web-1, not 0");
    }

    @Test
    void what_is_missing_from_a_success_is_found() {
        lines.removeIf(line -> line.ticket().equals("t7"));
        assertThat(judged("SUCCEEDED"))
                .containsExactly("d1 (shop) SUCCEEDED, and step roll ran 0 times on web-2, not 1");
    }

    @Test
    void a_step_behind_one_that_stands_later_is_found() {
        lines.removeIf(line -> line.ticket().equals("t3"));
        ran("shaky", "web-1", "t3");
        assertThat(judged("SUCCEEDED"))
                .containsExactly("d1 (shop): step shaky ran on web-1 behind step roll");
    }

    @Test
    void a_machine_that_has_no_business_with_a_step_is_found() {
        ran("roll", "web-3", "t8");
        assertThat(judged("SUCCEEDED"))
                .contains("d1 (shop): step roll ran on web-3, where it does not belong");
    }

    @Test
    void scripts_of_a_deployment_that_nobody_asked_for_are_found() {
        lines.add(new Trace.Line("d2", 1, "roll", "web-1", "t8"));
        assertThat(judged("SUCCEEDED"))
                .containsExactly("d2 ran scripts, and nobody has asked for this deployment");
    }

    @Test
    void a_deployment_that_failed_or_has_not_ended_is_told_with_its_reason() {
        assertThat(judged("FAILED"))
                .containsExactly(
                        "d1 (shop) ended FAILED, and nothing that was done should have stopped it: step roll failed on web-1");
        assertThat(Judge.judge(List.of(asked(Optional.empty())), new Trace(lines)))
                .containsExactly("d1 (shop) has not ended");
    }

    @Test
    void traces_are_read_machine_by_machine_and_a_strange_line_is_refused(@TempDir Path folder)
            throws Exception {
        Files.writeString(folder.resolve("web-1"), "d1 1 roll web-1 t1\nd1 2 roll web-1 t2\n");
        Files.createDirectory(folder.resolve("tried"));
        assertThat(Trace.read(folder).lines())
                .containsExactly(
                        new Trace.Line("d1", 1, "roll", "web-1", "t1"),
                        new Trace.Line("d1", 2, "roll", "web-1", "t2"));

        Files.writeString(folder.resolve("web-2"), "hello\n");
        assertThatThrownBy(() -> Trace.read(folder))
                .hasMessageContaining("web-2 holds a line that no script writes: hello");
    }

    private List<String> judged(String state) {
        return Judge.judge(List.of(asked(Optional.of(state))), new Trace(lines));
    }

    private static Asked asked(Optional<String> state) {
        String failure = state.equals(Optional.of("FAILED")) ? "step roll failed on web-1" : "";
        return new Asked(
                "d1", "shop", STEPS, state, failure, false, new Course.Straight(), 1, Map.of());
    }

    private void ran(String step, String machine, String ticket) {
        lines.add(new Trace.Line("d1", 1, step, machine, ticket));
    }
}
