package stagecoach.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
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

/** Whole deployments whose PRE_ACQUISITION steps run side by side, through all services. */
class BeforeAcquisitionTest {
    private static final int SEEDS = 100;

    private static StepDraft step(
            String name, Phase phase, Where where, int packageNumber, Trouble trouble) {
        return new StepDraft(
                name,
                phase,
                where,
                List.of("web"),
                Condition.SUCCESS,
                0,
                0,
                0,
                0,
                UnavailableTargets.FAIL,
                packageNumber,
                Travel.SERVER,
                0,
                false,
                trouble,
                phase == Phase.PRE_ACQUISITION,
                "",
                OnlyIf.NONE,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    private static MachineDraft machine(String id) {
        return new MachineDraft(id, "web", "", false, 0, 1, 0);
    }

    private static List<String> story(long seed) {
        var outcome =
                Simulation.play(
                        new Scenario(
                                seed,
                                List.of(
                                        step(
                                                "tunnel",
                                                Phase.PRE_ACQUISITION,
                                                Where.WORKER,
                                                0,
                                                Trouble.SLOW),
                                        step(
                                                "snapshot",
                                                Phase.PRE_ACQUISITION,
                                                Where.TARGETS,
                                                0,
                                                Trouble.NONE),
                                        step(
                                                "server",
                                                Phase.DEPLOYMENT,
                                                Where.TARGETS,
                                                1,
                                                Trouble.NONE)),
                                List.of(machine("web-1"), machine("web-2")),
                                List.of(machine("hq-1")),
                                List.of(),
                                List.of(
                                        new DeploymentDraft(
                                                "shop", 5, false, List.of(), false, false, 0, 0)),
                                5,
                                30,
                                List.of(),
                                new Weather(500, 7, 15),
                                List.of(
                                        new Fault(
                                                20 + (int) (seed % 60),
                                                Fault.Kind.SERVICE_CRASHES,
                                                (int) seed,
                                                15))),
                        Optional.empty());
        assertThat(outcome.broken()).as("%s", outcome.story()).isEmpty();
        return outcome.story();
    }

    private static List<Integer> places(List<String> story, String... words) {
        return IntStream.range(0, story.size())
                .filter(line -> List.of(words).stream().allMatch(story.get(line)::contains))
                .boxed()
                .toList();
    }

    @Test
    void the_acquisition_never_starts_while_a_parallel_pre_acquisition_step_runs() {
        int sideBySide = 0;
        int acquired = 0;
        for (long seed = 1; seed <= SEEDS; seed++) {
            var story = story(seed);
            var tunnelEnds = places(story, "for tunnel ended");
            var snapshotEnds = places(story, "for snapshot ended");
            var moves = places(story, "begins AcquirePackage");
            if (moves.isEmpty()) {
                continue;
            }
            acquired++;
            assertThat(moves.getFirst())
                    .as("%s", story)
                    .isGreaterThan(tunnelEnds.getLast())
                    .isGreaterThan(snapshotEnds.getLast());
            sideBySide += snapshotEnds.getFirst() < tunnelEnds.getFirst() ? 1 : 0;
        }
        assertThat(acquired).isGreaterThan(SEEDS / 2);
        assertThat(sideBySide)
                .as("one had ended, and the other was at work")
                .isGreaterThan(SEEDS / 4);
    }
}
