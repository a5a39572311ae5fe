package stagecoach.orchestrator.release;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import stagecoach.contracts.run.PlannedStep;
import stagecoach.orchestrator.Shop;
import stagecoach.vocabulary.identity.EnvironmentId;
import stagecoach.vocabulary.identity.FeedId;
import stagecoach.vocabulary.identity.StepName;
import stagecoach.vocabulary.identity.Tag;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.process.Action;
import stagecoach.vocabulary.process.DeploymentProcess;
import stagecoach.vocabulary.process.Step;
import stagecoach.vocabulary.template.Scope;
import stagecoach.vocabulary.template.Variable;

class SettledConditionsTest {
    private static final Action SCRIPT = new Action.Script(Action.Syntax.BASH, "true");
    private static final Action INSTALL =
            new Action.DeployPackage(
                    new Action.PackageReference(
                            FeedId.BUILT_IN,
                            PackageId.parse("Shop.Server"),
                            Action.AcquisitionLocation.EXECUTION_TARGET,
                            Action.PackageSource.NEAREST_CACHE),
                    new Action.Install(Optional.empty(), List.of()));
    private static final List<Variable> VARIABLES =
            List.of(
                    variable("Off", "false", Scope.EVERYWHERE),
                    variable("On", "true", Scope.EVERYWHERE),
                    variable("Behind", "#{Off}", Scope.EVERYWHERE),
                    variable("Staging", "true", in("staging")),
                    variable("Staging", "false", Scope.EVERYWHERE),
                    variable("Here", "true", in("production")),
                    variable("Here", "false", Scope.EVERYWHERE),
                    variable("Spare", "false", Scope.EVERYWHERE),
                    variable("Spare", "true", tagged("spare")),
                    variable("BehindSpare", "#{Spare}", Scope.EVERYWHERE),
                    variable("Elsewhere", "false", Scope.EVERYWHERE),
                    variable(
                            "Elsewhere",
                            "true",
                            new Scope(
                                    in("staging").environments(),
                                    List.of(),
                                    List.of(new Tag("web")),
                                    List.of(),
                                    List.of())),
                    variable("OfAnotherStep", "false", Scope.EVERYWHERE),
                    variable(
                            "OfAnotherStep",
                            "true",
                            new Scope(
                                    List.of(),
                                    List.of(),
                                    List.of(new Tag("web")),
                                    List.of(new StepName("other")),
                                    List.of())),
                    variable("Hosts[a]", "true", tagged("web")),
                    variable("Hosts[b]", "false", Scope.EVERYWHERE));

    private static Variable variable(String name, String value, Scope scope) {
        return new Variable(name, value, false, scope, Optional.empty());
    }

    private static Scope in(String environment) {
        return new Scope(
                List.of(new EnvironmentId(environment)),
                List.of(),
                List.of(),
                List.of(),
                List.of());
    }

    private static Scope tagged(String tag) {
        return new Scope(List.of(), List.of(), List.of(new Tag(tag)), List.of(), List.of());
    }

    private static List<PlannedStep> outline(Step... steps) {
        return ReleaseRules.outline(
                new Release(
                        Shop.PROJECT,
                        Shop.RELEASE,
                        new DeploymentProcess(List.of(steps)),
                        VARIABLES,
                        List.of(new Release.StepPackage(Shop.step("server"), Shop.SERVER))),
                Shop.PRODUCTION,
                List.of());
    }

    private static Step server(String onlyIf) {
        return Step.of("server", Shop.onWeb(), INSTALL).onlyIf(onlyIf).build();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "false",
                "#{Off}",
                "#{Behind}",
                "#{Staging}",
                "#{Elsewhere}",
                "#{OfAnotherStep}",
                "#{if On}false#{/if}",
                "#{if Stagecoach.Environment.Id == \"production\"}false#{else}true#{/if}"
            })
    void a_step_whose_onlyIf_is_false_wherever_it_would_run_is_left_out(String onlyIf) {
        assertThat(outline(server(onlyIf)).getFirst().skip())
                .contains("left out, because its onlyIf is false");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    it is true                             | #{On}
                    it is true here                        | #{Here}
                    a tag may make it true                 | #{Spare}
                    a tag may make what it says true       | #{BehindSpare}
                    a machine may have another list        | #{each h in Hosts}#{h}#{/each}
                    only the machine tells                 | #{if Stagecoach.Target.Id == "web-1"}true#{else}false#{/if}
                    an earlier step tells                  | #{Stagecoach.Step[look].Output.Due}
                    nobody knows, which is told to others  | #{Unknown}
                    it is no answer, which others tell     | perhaps
                    """)
    void what_is_not_settled_is_judged_when_the_step_has_its_turn(String why, String onlyIf) {
        assertThat(outline(server(onlyIf)).getFirst().skip()).as(why).isEmpty();
    }

    @Test
    void a_group_that_is_left_out_leaves_out_its_children() {
        var group =
                Step.of(
                                "swap",
                                Shop.onWeb(),
                                new Action.Group(
                                        List.of(
                                                Step.of("drain", Shop.onWeb(), SCRIPT).build(),
                                                server("#{On}"))))
                        .onlyIf("#{Off}")
                        .build();
        assertThat(outline(group))
                .extracting(step -> step.skip().orElse("runs"))
                .containsOnly("left out, because the onlyIf of its group is false");
    }
}
