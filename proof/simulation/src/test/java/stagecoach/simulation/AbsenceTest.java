package stagecoach.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import stagecoach.contracts.deployment.DeploymentEvent.DeploymentEnded;
import stagecoach.contracts.deployment.DeploymentState;
import stagecoach.contracts.steprun.StepRunEvent.StepFinished;
import stagecoach.simulation.draw.Scenario;
import stagecoach.simulation.draw.Scenario.DeploymentDraft;
import stagecoach.simulation.draw.Scenario.Fault;
import stagecoach.simulation.draw.Scenario.MachineDraft;
import stagecoach.simulation.draw.Scenario.OnlyIf;
import stagecoach.simulation.draw.Scenario.StepDraft;
import stagecoach.simulation.draw.Scenario.Travel;
import stagecoach.simulation.draw.Scenario.Trouble;
import stagecoach.simulation.draw.Scenario.Weather;
import stagecoach.simulation.draw.Scenario.Where;
import stagecoach.vocabulary.process.Condition;
import stagecoach.vocabulary.process.Phase;
import stagecoach.vocabulary.process.UnavailableTargets;

/** Whole deployments whose machines are busy with others, or go missing midway. */
class AbsenceTest {
    /** So slow that each script takes hours there. */
    private static final int VERY_SLOW = 20_000;

    private static StepDraft script(String name, UnavailableTargets rule, Trouble trouble) {
        return new StepDraft(
                name,
                Phase.DEPLOYMENT,
                Where.TARGETS,
                List.of("web"),
                Condition.SUCCESS,
                0,
                0,
                0,
                0,
                rule,
                0,
                Travel.NEAREST_CACHE,
                0,
                false,
                trouble,
                false,
                "",
                OnlyIf.NONE,
                Optional.empty(),
                rule == UnavailableTargets.WAIT ? Optional.of(30) : Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    private static MachineDraft web(int number, int slowness) {
        return new MachineDraft("web-" + number, "web", "", false, 0, slowness, 0);
    }

    private static DeploymentDraft deployment(String project) {
        return new DeploymentDraft(project, 5, false, List.of(), false, false, 0, 0);
    }

    private static Outcome played(
            List<StepDraft> steps,
            List<MachineDraft> machines,
            List<DeploymentDraft> deployments,
            Fault... faults) {
        var outcome =
                Simulation.play(
                        new Scenario(
                                1,
                                steps,
                                machines,
                                List.of(web(99, 1)),
                                List.of(),
                                deployments,
                                5,
                                30,
                                List.of(),
                                new Weather(5, 0, 0),
                                List.of(faults)),
                        Optional.empty());
        assertThat(outcome.broken()).as("%s", outcome.story()).isEmpty();
        return outcome;
    }

    private static <E> Stream<E> told(Outcome outcome, Class<E> type) {
        return outcome.histories().values().stream()
                .flatMap(List::stream)
                .filter(type::isInstance)
                .map(type::cast);
    }

    @Test
    void two_deployments_of_different_projects_take_turns_on_a_target_however_long_that_takes() {
        var outcome =
                played(
                        List.of(
                                script("migrate", UnavailableTargets.FAIL, Trouble.NONE),
                                script("start", UnavailableTargets.FAIL, Trouble.NONE)),
                        List.of(web(1, VERY_SLOW)),
                        List.of(deployment("shop"), deployment("billing")));
        assertThat(told(outcome, DeploymentEnded.class).map(DeploymentEnded::state))
                .as("%s", outcome.story())
                .containsExactly(DeploymentState.SUCCEEDED, DeploymentState.SUCCEEDED);
        assertThat(begins(outcome).getFirst()).isLessThan(60);
        assertThat(begins(outcome).get(1))
                .as("the turn comes later than the hour in which a command must reach its machine")
                .isGreaterThan(2 * 3600);
    }

    /** When scripts began, in seconds. */
    private static List<Double> begins(Outcome outcome) {
        return outcome.story().stream()
                .filter(line -> line.contains(" begins "))
                .map(String::strip)
                .map(line -> Double.valueOf(line.substring(0, line.indexOf(' '))))
                .toList();
    }

    @ParameterizedTest
    @EnumSource(value = UnavailableTargets.class, mode = EnumSource.Mode.EXCLUDE, names = "EXCLUDE")
    void a_machine_that_goes_down_for_good_at_any_moment_is_judged_by_the_rule_of_the_steps(
            UnavailableTargets rule) {
        int leftOut = 0;
        for (int beat = 1; beat <= 120; beat++) {
            var outcome =
                    played(
                            List.of(
                                    script("one", rule, Trouble.NONE),
                                    script("two", rule, Trouble.NONE),
                                    script("three", rule, Trouble.NONE)),
                            List.of(web(1, 1), web(2, 1), web(3, 1)),
                            List.of(deployment("shop")),
                            new Fault(beat, Fault.Kind.MACHINE_STAYS_AWAY, 1, 0));
            var end = told(outcome, DeploymentEnded.class).findFirst().orElseThrow();
            boolean lostAtWork =
                    told(outcome, StepFinished.class)
                            .anyMatch(
                                    step ->
                                            step.reason()
                                                    .filter(why -> why.contains("no time limit"))
                                                    .isPresent());
            boolean missed =
                    outcome.histories().values().stream()
                            .flatMap(List::stream)
                            .map(Object::toString)
                            .anyMatch(event -> event.contains("out of reach"));
            if (rule == UnavailableTargets.SKIP) {
                assertThat(end.state() == DeploymentState.SUCCEEDED)
                        .as("%s", outcome.story())
                        .isEqualTo(!lostAtWork);
            } else if (missed) {
                assertThat(end.state()).as("%s", outcome.story()).isEqualTo(DeploymentState.FAILED);
            }
            leftOut += missed && !lostAtWork ? 1 : 0;
        }
        assertThat(leftOut).isPositive();
    }
}
