package stagecoach.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import stagecoach.simulation.defect.Defect;
import stagecoach.simulation.draw.Draw;
import stagecoach.simulation.draw.Scenario;
import stagecoach.wire.StagecoachJson;

class SimulationTest {
    /** The first seeds are played in any case, however slow the computer is. */
    private static final int FIRST_SEEDS = 200;

    private static final int SEEDS_FOR_A_DEFECT = 20_000;

    @Test
    void every_invariant_holds_for_the_first_seeds() {
        for (long seed = 1; seed <= FIRST_SEEDS; seed++) {
            holds(Draw.scenario(seed));
        }
    }

    @Test
    void every_invariant_holds_for_fresh_seeds() {
        long seed = new Random().nextInt(Integer.MAX_VALUE);
        long until =
                System.nanoTime()
                        + Duration.ofSeconds(Long.getLong("simulation.seconds", 60)).toNanos();
        do {
            holds(Draw.scenario(seed++));
        } while (System.nanoTime() < until);
    }

    @ParameterizedTest
    @MethodSource("kept")
    void every_invariant_holds_for_what_was_once_a_finding(Path kept) throws IOException {
        holds(StagecoachJson.read(Files.readAllBytes(kept), Scenario.class));
    }

    static Stream<Path> kept() throws IOException {
        try (var files = Files.list(Path.of("src/test/resources/kept"))) {
            return files.sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_planted_defect_is_found(Defect defect) {
        for (long seed = 1; seed <= SEEDS_FOR_A_DEFECT; seed++) {
            var outcome = Simulation.play(Draw.scenario(seed), Optional.of(defect));
            if (outcome.broken().isPresent()) {
                return;
            }
        }
        fail("nothing was found although %s".formatted(defect.sentence()));
    }

    /** Not by something else that goes wrong after it: the law itself must be able to see it. */
    @ParameterizedTest
    @CsvSource({
        "GONE_MACHINES_ARE_WAITED_FOR_FOR_EVER, is still waited for",
        "WORK_OF_GONE_MACHINES_IS_NEVER_GIVEN_UP, is still waited for",
        "CLEAN_UP_BEGINS_BESIDE_WHAT_MAY_STILL_RUN, beside its earlier try",
        "PAUSED_ONES_COUNT_AS_UNDER_WAY, wait for a person",
        "PAUSES_HAVE_AN_END, nobody has wanted that",
        "TAKEN_OUT_TARGETS_ARE_FORGOTTEN, nobody has heard that run",
        "HEALTH_CHECKS_TAKE_NOBODY_OUT, ends without a word",
        "LEFT_OUT_PLACES_GET_PACKAGES, no step of the coming run needs it there",
        "LEFT_OUT_PLACES_RUN, its onlyIf is false there",
        "NEIGHBOURS_ARE_NOT_WAITED_FOR, was about to have it",
    })
    void a_defect_is_found_by_the_law_that_is_there_for_it(Defect defect, String words) {
        for (long seed = 1; seed <= SEEDS_FOR_A_DEFECT; seed++) {
            var broken = Simulation.play(Draw.scenario(seed), Optional.of(defect)).broken();
            if (broken.filter(found -> found.how().contains(words)).isPresent()) {
                return;
            }
        }
        fail("nothing was found although %s".formatted(defect.sentence()));
    }

    @Test
    void one_seed_tells_one_story() {
        for (long seed = 1; seed <= 20; seed++) {
            assertThat(Simulation.play(seed).story()).isEqualTo(Simulation.play(seed).story());
        }
    }

    @Test
    void a_finding_is_shrunk_and_told_with_the_scenario_to_keep() {
        var defect = Optional.of(Defect.TWO_GET_ONE_SLOT);
        Outcome found = Simulation.play(Draw.scenario(1), defect);
        for (long seed = 2; found.broken().isEmpty(); seed++) {
            found = Simulation.play(Draw.scenario(seed), defect);
        }
        var shrunk = Shrinker.shrunk(found, defect);
        assertThat(shrunk.scenario().faults()).isEmpty();
        assertThat(shrunk.scenario().deployments()).hasSize(2);
        assertThat(Finding.told(found, defect))
                .contains(
                        "N7_ONE_DEPLOYMENT_AT_A_TIME",
                        "DeploymentStarted",
                        StagecoachJson.text(shrunk.scenario()));
    }

    private static void holds(Scenario scenario) {
        var outcome = Simulation.play(scenario, Optional.empty());
        if (outcome.broken().isPresent()) {
            fail(Finding.told(outcome, Optional.empty()));
        }
    }
}
