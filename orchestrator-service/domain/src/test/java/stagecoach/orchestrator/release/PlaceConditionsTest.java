package stagecoach.orchestrator.release;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import stagecoach.contracts.internal.Plan;
import stagecoach.contracts.run.Place;
import stagecoach.orchestrator.Shop;
import stagecoach.vocabulary.identity.RegionId;
import stagecoach.vocabulary.identity.Tag;
import stagecoach.vocabulary.identity.TargetId;
import stagecoach.vocabulary.process.Action;
import stagecoach.vocabulary.process.DeploymentProcess;
import stagecoach.vocabulary.process.Step;
import stagecoach.vocabulary.template.Scope;
import stagecoach.vocabulary.template.Variable;

/** Where a step is known not to run before anything has run. */
class PlaceConditionsTest {
    private static final Variable DEPLOY = variable("Deploy.Web", "true", Scope.EVERYWHERE);
    private static final Variable NOT_ON_WEB_2 =
            variable(
                    "Deploy.Web",
                    "false",
                    new Scope(
                            List.of(),
                            List.of(new TargetId("web-2")),
                            List.of(),
                            List.of(),
                            List.of()));

    private static Variable variable(String name, String value, Scope scope) {
        return new Variable(name, value, false, scope);
    }

    private static Place web(String target) {
        return new Place(
                Optional.of(new TargetId(target)),
                Optional.empty(),
                Optional.of(new RegionId("eu")),
                List.of(new Tag("web")),
                Optional.empty());
    }

    private static boolean leavesOut(
            String onlyIf, Map<String, String> prompted, String target, Variable... variables) {
        var step =
                Step.of("web", Shop.onWeb(), new Action.Script(Action.Syntax.BASH, "./web"))
                        .onlyIf(onlyIf)
                        .build();
        return new PlaceConditions(
                        new Plan(
                                Shop.PROJECT,
                                Shop.RELEASE,
                                Shop.PRODUCTION,
                                new DeploymentProcess(List.of(step)),
                                List.of(variables),
                                prompted,
                                List.of(),
                                Optional.empty()))
                .leavesOut(Shop.step("web"), web(target));
    }

    @Test
    void a_value_that_is_false_for_one_target_leaves_that_target_out_only() {
        assertThat(leavesOut("#{Deploy.Web}", Map.of(), "web-2", DEPLOY, NOT_ON_WEB_2)).isTrue();
        assertThat(leavesOut("#{Deploy.Web}", Map.of(), "web-1", DEPLOY, NOT_ON_WEB_2)).isFalse();
    }

    @Test
    void a_target_may_be_named_by_the_condition_itself() {
        var first = "#{if Stagecoach.Target.Id == \"web-1\"}true#{else}false#{/if}";
        assertThat(leavesOut(first, Map.of(), "web-2")).isTrue();
        assertThat(leavesOut(first, Map.of(), "web-1")).isFalse();
    }

    @Test
    void a_value_given_for_this_deployment_wins() {
        assertThat(leavesOut("#{Deploy.Web}", Map.of("Deploy.Web", "false"), "web-1", DEPLOY))
                .isTrue();
    }

    @Test
    void what_an_earlier_step_decides_is_not_known_yet() {
        assertThat(leavesOut("#{Stagecoach.Step[a].Output.Go}", Map.of(), "web-1")).isFalse();
        assertThat(
                        leavesOut(
                                "#{if Stagecoach.Deployment.Error}false#{else}true#{/if}",
                                Map.of(),
                                "web-1"))
                .isFalse();
    }

    @Test
    void what_is_wrong_or_unknown_is_left_to_the_step() {
        assertThat(leavesOut("#{Deplyo}", Map.of(), "web-1")).isFalse();
        assertThat(leavesOut("perhaps", Map.of(), "web-1")).isFalse();
        assertThat(leavesOut("#{A}", Map.of(), "web-1", variable("A", "#{A}", Scope.EVERYWHERE)))
                .isFalse();
    }
}
