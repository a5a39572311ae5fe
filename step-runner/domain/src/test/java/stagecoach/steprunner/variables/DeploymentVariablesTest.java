package stagecoach.steprunner.variables;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import stagecoach.contracts.agent.CommandPayload;
import stagecoach.contracts.internal.Plan;
import stagecoach.contracts.run.Pair;
import stagecoach.contracts.run.Place;
import stagecoach.contracts.run.PlannedStep;
import stagecoach.contracts.run.Purpose;
import stagecoach.contracts.run.RunFacts;
import stagecoach.contracts.run.RunFacts.EarlierStep;
import stagecoach.contracts.run.RunFacts.Standing;
import stagecoach.contracts.run.StepAssignment;
import stagecoach.contracts.run.StepState;
import stagecoach.contracts.steprun.StepRunEvent.StepRunStarted;
import stagecoach.steprunner.order.Answer;
import stagecoach.vocabulary.identity.DeploymentId;
import stagecoach.vocabulary.identity.Digest;
import stagecoach.vocabulary.identity.EnvironmentId;
import stagecoach.vocabulary.identity.ProjectId;
import stagecoach.vocabulary.identity.ReleaseVersion;
import stagecoach.vocabulary.identity.Run;
import stagecoach.vocabulary.identity.StepName;
import stagecoach.vocabulary.identity.Tag;
import stagecoach.vocabulary.identity.TargetId;
import stagecoach.vocabulary.process.Action;
import stagecoach.vocabulary.process.DeploymentProcess;
import stagecoach.vocabulary.process.Phase;
import stagecoach.vocabulary.process.RunOn;
import stagecoach.vocabulary.process.Step;
import stagecoach.vocabulary.template.Scope;
import stagecoach.vocabulary.template.Variable;

/** What a step can say of its deployment and of the steps before it. */
class DeploymentVariablesTest {
    private static final RunOn ON_WEB = new RunOn.Targets(List.of(new Tag("web")));
    private static final StepName WEB = new StepName("web");
    private static final PlannedStep REPORT =
            PlannedStep.of("report", PlannedStep.Kind.SCRIPT, ON_WEB).build();
    private static final Place WEB_1 = place("web-1");
    private static final SoFar WEB_2_FAILED =
            new SoFar(
                    List.of(),
                    States.of(
                            Map.of(
                                    pair("web-1"),
                                    StepState.SUCCEEDED,
                                    pair("web-2"),
                                    StepState.FAILED)),
                    Optional.of(new SoFar.Failure(WEB, "web on web-2 failed: exit code 1")));

    private static Pair pair(String target) {
        return new Pair(WEB, Optional.of(new TargetId(target)));
    }

    private static Place place(String target) {
        return new Place(
                Optional.of(new TargetId(target)),
                Optional.empty(),
                Optional.empty(),
                List.of(),
                Optional.empty());
    }

    private static StepPlan plan(String body, Optional<String> onlyIf) {
        var report = Step.of("report", ON_WEB, new Action.Script(Action.Syntax.BASH, body));
        onlyIf.ifPresent(report::onlyIf);
        return new StepPlan(
                new Plan(
                        new ProjectId("shop"),
                        new ReleaseVersion("1.2"),
                        new EnvironmentId("production"),
                        new DeploymentProcess(
                                List.of(
                                        Step.of(
                                                        "web",
                                                        ON_WEB,
                                                        new Action.Script(
                                                                Action.Syntax.BASH, "./web"))
                                                .build(),
                                        report.build())),
                        List.of(),
                        Map.of(),
                        List.of(),
                        Optional.of(
                                new Plan.Labels(
                                        "The shop", "Production", Optional.of("Faster search")))));
    }

    private static StepRunStarted sheet(RunFacts facts) {
        return new StepRunStarted(
                new DeploymentId("7f3k9qzm"),
                new ProjectId("shop"),
                new ReleaseVersion("1.2"),
                new EnvironmentId("production"),
                Digest.of("plan"),
                Phase.DEPLOYMENT,
                new Run(3),
                2,
                Purpose.NORMAL,
                false,
                List.of(new StepAssignment(REPORT, List.of(WEB_1), Optional.empty())),
                Optional.of(facts));
    }

    private static CommandPayload.Script payload(
            String body, RunFacts facts, Place place, SoFar soFar) {
        return (CommandPayload.Script)
                plan(body, Optional.empty()).payload(sheet(facts), REPORT, place, soFar);
    }

    private static String body(String body, RunFacts facts, Place place, SoFar soFar) {
        return payload(body, facts, place, soFar).body();
    }

    private static RunFacts failed(String error) {
        return new RunFacts(
                Standing.FAILED,
                Optional.of(error),
                Optional.of(new StepName("open-tunnel")),
                Optional.of("as agreed"),
                Optional.of("ada"),
                Optional.of(Instant.parse("2026-11-24T06:00:00Z")),
                Optional.of(new ReleaseVersion("1.1")),
                List.of(
                        new EarlierStep(
                                WEB,
                                StepState.SUCCEEDED,
                                List.of(new TargetId("web-1"), new TargetId("web-3")))));
    }

    @Test
    void a_step_knows_the_failure_of_its_own_run() {
        var text =
                "#{Stagecoach.Deployment.State} #{Stagecoach.Deployment.FailedStep}: #{Stagecoach.Deployment.Error}";
        assertThat(body(text, RunFacts.NONE, WEB_1, WEB_2_FAILED))
                .isEqualTo("FAILED web: web on web-2 failed: exit code 1");
        assertThat(body(text, RunFacts.NONE, WEB_1, SoFar.NOTHING)).isEqualTo("SUCCEEDED : ");
    }

    @Test
    void the_failure_of_an_earlier_run_came_first_and_stays_the_first() {
        assertThat(
                        body(
                                "#{Stagecoach.Deployment.FailedStep}: #{Stagecoach.Deployment.Error}",
                                failed("the tunnel broke"),
                                WEB_1,
                                WEB_2_FAILED))
                .isEqualTo("open-tunnel: the tunnel broke");
    }

    @Test
    void an_error_is_taken_literally_whatever_a_machine_wrote_into_it() {
        assertThat(
                        body(
                                "#{Stagecoach.Deployment.Error}",
                                failed("#{Stagecoach.Project.Id} #{if x}"),
                                WEB_1,
                                SoFar.NOTHING))
                .isEqualTo("#{Stagecoach.Project.Id} #{if x}");
    }

    @Test
    void a_step_knows_who_deploys_what_over_what() {
        assertThat(
                        body(
                                "#{Stagecoach.Deployment.Comment}, #{Stagecoach.Deployment.CreatedBy} at #{Stagecoach.Deployment.CreatedAt}: #{Stagecoach.Project.Name} #{Stagecoach.Release.Previous} -> #{Stagecoach.Release.Version} to #{Stagecoach.Environment.Name} (#{Stagecoach.Release.Notes})",
                                failed("x"),
                                WEB_1,
                                SoFar.NOTHING))
                .isEqualTo(
                        "as agreed, ada at 2026-11-24T06:00:00Z: The shop 1.1 -> 1.2 to Production (Faster search)");
    }

    @Test
    void the_state_of_a_step_is_that_of_this_target_and_elsewhere_the_worst() {
        var state = "#{Stagecoach.Step[web].State}";
        assertThat(body(state, RunFacts.NONE, WEB_1, WEB_2_FAILED)).isEqualTo("SUCCEEDED");
        assertThat(body(state, RunFacts.NONE, place("web-2"), WEB_2_FAILED)).isEqualTo("FAILED");
        assertThat(body(state, RunFacts.NONE, place("db-1"), WEB_2_FAILED)).isEqualTo("FAILED");
        assertThat(body(state, RunFacts.NONE, WEB_1, SoFar.NOTHING)).isEqualTo("PENDING");
    }

    @Test
    void what_this_run_says_of_a_place_replaces_what_earlier_runs_said() {
        var state = "#{Stagecoach.Step[web].State}";
        var before =
                new RunFacts(
                        Standing.SUCCEEDED,
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        List.of(
                                new EarlierStep(
                                        WEB, StepState.FAILED, List.of(new TargetId("web-1"))),
                                new EarlierStep(
                                        WEB, StepState.SUCCEEDED, List.of(new TargetId("web-3")))));
        var again =
                new SoFar(
                        List.of(),
                        States.of(Map.of(pair("web-1"), StepState.SKIPPED)),
                        Optional.empty());
        assertThat(body(state, before, WEB_1, again)).isEqualTo("SKIPPED");
        assertThat(body(state, before, place("web-3"), again)).isEqualTo("SUCCEEDED");
        assertThat(body(state, before, place("db-1"), again)).isEqualTo("SUCCEEDED");
        assertThat(body(state, before, place("db-1"), SoFar.NOTHING)).isEqualTo("FAILED");
    }

    @Test
    void the_states_of_a_step_are_told_target_by_target_over_all_runs() {
        var facts = failed("x");
        assertThat(
                        body(
                                "#{Stagecoach.Step[web].State[web-2]} #{each t in Stagecoach.Step[web].State}#{t.Key}=#{t};#{/each}",
                                facts,
                                WEB_1,
                                WEB_2_FAILED))
                .isEqualTo("FAILED web-1=SUCCEEDED;web-2=FAILED;web-3=SUCCEEDED;");
    }

    @Test
    void an_environment_has_each_step_once_and_not_once_for_each_target() {
        assertThat(
                        payload(
                                        "#{Stagecoach.Step[web].State[web-2]}",
                                        RunFacts.NONE,
                                        WEB_1,
                                        WEB_2_FAILED)
                                .variables())
                .containsEntry("Stagecoach.Step[web].State", "SUCCEEDED")
                .doesNotContainKey("Stagecoach.Step[web].State[web-2]");
    }

    @Test
    void a_variable_of_an_older_release_keeps_its_place_in_the_environment() {
        var own = new Variable("Project.Name", "my own", false, Scope.EVERYWHERE);
        var web = Step.of("report", ON_WEB, new Action.Script(Action.Syntax.BASH, "./report"));
        var plan =
                new StepPlan(
                        new Plan(
                                new ProjectId("shop"),
                                new ReleaseVersion("1.2"),
                                new EnvironmentId("production"),
                                new DeploymentProcess(List.of(web.build())),
                                List.of(own),
                                Map.of(),
                                List.of(),
                                Optional.empty()));
        var payload =
                (CommandPayload.Script)
                        plan.payload(sheet(RunFacts.NONE), REPORT, WEB_1, SoFar.NOTHING);
        assertThat(payload.variables())
                .containsEntry("Project.Name", "my own")
                .doesNotContainKey("Stagecoach.Project.Name")
                .containsEntry("Stagecoach.Project.Id", "shop");
    }

    @Test
    void what_cleans_up_by_the_word_of_an_older_orchestrator_cleans_up_after_a_failure() {
        var sheet =
                new StepRunStarted(
                        new DeploymentId("7f3k9qzm"),
                        new ProjectId("shop"),
                        new ReleaseVersion("1.2"),
                        new EnvironmentId("production"),
                        Digest.of("plan"),
                        Phase.DEPLOYMENT,
                        new Run(3),
                        2,
                        Purpose.CLEANUP,
                        false,
                        List.of(new StepAssignment(REPORT, List.of(WEB_1), Optional.empty())),
                        Optional.empty());
        assertThat(
                        plan("./report", Optional.empty())
                                .variablesAt(sheet, REPORT, WEB_1, SoFar.NOTHING)
                                .find("Stagecoach.Deployment.State")
                                .orElseThrow()
                                .value())
                .isEqualTo("FAILED");
    }

    @Test
    void a_person_is_told_values_and_outputs_and_no_secret() {
        var secret = new Variable("Pw", "s3cr3t-pw", true, Scope.EVERYWHERE);
        var manual =
                Step.of(
                                "approve",
                                new RunOn.NoMachine(),
                                new Action.ManualIntervention(
                                        "Approve #{Stagecoach.Release.Version} to #{Stagecoach.Environment.Name}: #{Stagecoach.Step[web].Output.Plan} #{Pw} #{Pw | ToBase64} #{Pw | Substring 0 2} #{Unknown}",
                                        List.of()))
                        .build();
        var plan =
                new StepPlan(
                        new Plan(
                                new ProjectId("shop"),
                                new ReleaseVersion("1.2"),
                                new EnvironmentId("production"),
                                new DeploymentProcess(List.of(manual)),
                                List.of(secret),
                                Map.of(),
                                List.of(),
                                Optional.empty()));
        var planned =
                PlannedStep.of(
                                "approve",
                                PlannedStep.Kind.MANUAL_INTERVENTION,
                                new RunOn.NoMachine())
                        .build();
        var output = new Output(WEB, Optional.empty(), "Plan", "2 to add", false);
        assertThat(
                        plan.instructions(
                                sheet(RunFacts.NONE),
                                planned,
                                Place.NO_MACHINE,
                                SoFar.of(List.of(output))))
                .isEqualTo(
                        "Approve 1.2 to production: 2 to add ******** ******** ******** #{Unknown}");
    }

    @Test
    void only_if_can_ask_how_an_earlier_step_ended_here() {
        var plan =
                plan(
                        "./undo",
                        Optional.of(
                                "#{if Stagecoach.Step[web].State == \"SUCCEEDED\"}true#{else}false#{/if}"));
        assertThat(plan.judge(sheet(RunFacts.NONE), REPORT, WEB_1, WEB_2_FAILED))
                .isEqualTo(new Answer.Runs());
        assertThat(plan.judge(sheet(RunFacts.NONE), REPORT, place("web-2"), WEB_2_FAILED))
                .isEqualTo(new Answer.LeftOut("left out, because its onlyIf is false"));
    }
}
