package stagecoach.orchestrator.app.deployment.intake;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import stagecoach.contracts.deployment.Selection;
import stagecoach.contracts.run.Pair;
import stagecoach.contracts.run.PairResult;
import stagecoach.contracts.run.PhaseWork;
import stagecoach.contracts.run.PlannedStep;
import stagecoach.contracts.run.Reasons;
import stagecoach.contracts.run.RunFacts;
import stagecoach.contracts.run.RunFacts.EarlierStep;
import stagecoach.contracts.run.RunFacts.Standing;
import stagecoach.contracts.run.RunOutcome;
import stagecoach.contracts.run.StepState;
import stagecoach.contracts.steprun.StepRunEvent.StepRunEnded;
import stagecoach.orchestrator.app.Api;
import stagecoach.orchestrator.app.OrchestratorTest;
import stagecoach.orchestrator.app.Shop;
import stagecoach.orchestrator.deployment.PhasePlan;
import stagecoach.orchestrator.needs.Roster;
import stagecoach.orchestrator.needs.Roster.Health;
import stagecoach.orchestrator.needs.Roster.KnownTarget;
import stagecoach.orchestrator.needs.TargetSelection;
import stagecoach.runtime.store.NewEvent;
import stagecoach.vocabulary.identity.DeploymentId;
import stagecoach.vocabulary.identity.EnvironmentId;
import stagecoach.vocabulary.identity.RegionId;
import stagecoach.vocabulary.identity.StepName;
import stagecoach.vocabulary.identity.Tag;
import stagecoach.vocabulary.identity.TargetId;
import stagecoach.vocabulary.process.RunOn;
import stagecoach.wire.StagecoachJson;

/** What one deployment may run at most fits into the events that tell of it. */
@OrchestratorTest
class ExtentTest {
    private static final int MACHINES = 53;
    private static final int STEPS = 190;

    @Test
    void a_deployment_that_no_event_could_tell_of_is_refused_and_one_to_fewer_targets_is_not() {
        var shop = Shop.open(MACHINES);
        shop.process(
                IntStream.rangeClosed(1, STEPS)
                        .mapToObj(ExtentTest::step)
                        .collect(Collectors.joining(",", "{\"steps\": [", "]}")));
        shop.release("1.0.0");
        for (String path : List.of("/deployments", "/deployment-previews")) {
            assertThat(
                            Api.expect(400, Api.post(path, shop.request("1.0.0")))
                                    .getString("errors[0].detail"))
                    .contains("would run 10070 times", "may have 10000", "some of the targets");
        }
        String some =
                shop.request("1.0.0")
                        .replaceFirst("\\{", "{\"targets\": [\"%s\"],".formatted(shop.web(1)));
        Api.expect(200, Api.post("/deployment-previews", some));
    }

    private static String step(int number) {
        return """
               {"name": "s-%d", "kind": "SCRIPT", "runOn": {"tags": ["web"]},
                "script": {"syntax": "BASH", "body": "true"}}"""
                .formatted(number);
    }

    @Test
    void the_beginning_of_the_largest_run_fits_into_an_event_with_what_was_before() {
        var step =
                PlannedStep.of(
                                "a-step-with-a-long-name",
                                PlannedStep.Kind.SCRIPT,
                                new RunOn.Targets(List.of(new Tag("web"))))
                        .build();
        var targets =
                IntStream.range(0, PhasePlan.PLACES_MAX)
                        .mapToObj(i -> new TargetId("target-with-a-long-name-" + i))
                        .toList();
        var machines =
                targets.stream()
                        .map(
                                target ->
                                        new KnownTarget(
                                                target,
                                                List.of(new Tag("web")),
                                                Optional.of(new RegionId("eu")),
                                                false,
                                                Health.HEALTHY,
                                                Optional.of("\u0001雪\"".repeat(66))))
                        .toList();
        var assignment =
                new TargetSelection(
                                new DeploymentId("7f3k9qzm"),
                                new EnvironmentId("production"),
                                Selection.ALL,
                                new Roster(machines, List.of()))
                        .assign(step);
        var facts =
                new RunFacts(
                        Standing.FAILED,
                        Optional.of("雪".repeat(1_000)),
                        Optional.empty(),
                        Optional.of("雪".repeat(10_000)),
                        Optional.of("ada"),
                        Optional.empty(),
                        Optional.empty(),
                        List.of(new EarlierStep(step.name(), StepState.SUCCEEDED, targets)));
        var work = new PhaseWork.Steps(List.of(assignment));
        assertThat(StagecoachJson.bytes(work).length + StagecoachJson.bytes(facts).length)
                .isLessThan(NewEvent.BYTES_MAX);
    }

    @Test
    void the_end_of_the_largest_run_fits_into_an_event() {
        var results = new ArrayList<PairResult>();
        for (int i = 0; i < PhasePlan.PLACES_MAX; i++) {
            results.add(
                    new PairResult(
                            new Pair(
                                    new StepName("a-step-with-a-long-name-" + i % 100),
                                    Optional.of(
                                            new TargetId("target-with-a-long-name-" + i / 100))),
                            Optional.empty(),
                            StepState.FAILED,
                            Optional.of(Reasons.brief("雪".repeat(500))),
                            true));
        }
        var ended = new StepRunEnded(RunOutcome.FAILED, Optional.of("it failed"), results);
        assertThat(StagecoachJson.bytes(ended).length).isLessThan(NewEvent.BYTES_MAX);
    }
}
