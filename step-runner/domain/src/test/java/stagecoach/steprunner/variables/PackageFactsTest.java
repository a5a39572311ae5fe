package stagecoach.steprunner.variables;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import stagecoach.contracts.agent.CommandPayload;
import stagecoach.contracts.internal.Plan;
import stagecoach.contracts.run.PinnedPackage;
import stagecoach.contracts.run.Place;
import stagecoach.contracts.run.PlannedStep;
import stagecoach.contracts.run.Purpose;
import stagecoach.contracts.steprun.StepRunEvent.StepRunStarted;
import stagecoach.vocabulary.identity.DeploymentId;
import stagecoach.vocabulary.identity.Digest;
import stagecoach.vocabulary.identity.EnvironmentId;
import stagecoach.vocabulary.identity.FeedId;
import stagecoach.vocabulary.identity.PoolId;
import stagecoach.vocabulary.identity.ProjectId;
import stagecoach.vocabulary.identity.ReleaseVersion;
import stagecoach.vocabulary.identity.Run;
import stagecoach.vocabulary.identity.WorkerId;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackagePin;
import stagecoach.vocabulary.packages.PackageVersion;
import stagecoach.vocabulary.packages.Sha512;
import stagecoach.vocabulary.process.Action;
import stagecoach.vocabulary.process.Action.AcquisitionLocation;
import stagecoach.vocabulary.process.Action.PackageReference;
import stagecoach.vocabulary.process.Action.PackageSource;
import stagecoach.vocabulary.process.Action.ScriptFile;
import stagecoach.vocabulary.process.Action.ScriptPackage;
import stagecoach.vocabulary.process.Action.Syntax;
import stagecoach.vocabulary.process.DeploymentProcess;
import stagecoach.vocabulary.process.Phase;
import stagecoach.vocabulary.process.RunOn;
import stagecoach.vocabulary.process.Step;
import stagecoach.vocabulary.template.Scope;
import stagecoach.vocabulary.template.Variable;

class PackageFactsTest {
    private static final RunOn HQ = new RunOn.Worker(new PoolId("hq"));
    private static final Place WORKER =
            new Place(
                    Optional.empty(),
                    Optional.of(new WorkerId("w1")),
                    Optional.empty(),
                    List.of(),
                    Optional.empty());

    private static PackageReference reference(String id) {
        return new PackageReference(
                FeedId.BUILT_IN,
                PackageId.parse(id),
                AcquisitionLocation.EXECUTION_TARGET,
                PackageSource.NEAREST_CACHE);
    }

    private static CommandPayload.Script payload(Action.Script script, Variable... variables) {
        var step = Step.of("work", HQ, script).build();
        var plan =
                new StepPlan(
                        new Plan(
                                new ProjectId("shop"),
                                new ReleaseVersion("1.4.0"),
                                new EnvironmentId("production"),
                                new DeploymentProcess(List.of(step)),
                                List.of(variables),
                                Map.of(),
                                List.of(),
                                Optional.empty()));
        var planned =
                PlannedStep.of("work", PlannedStep.Kind.SCRIPT, HQ)
                        .packages(
                                List.of(
                                        new PlannedStep.ScriptPackage(
                                                new PinnedPackage(
                                                        FeedId.BUILT_IN,
                                                        new PackagePin(
                                                                PackageId.parse("Shop.Tools"),
                                                                PackageVersion.parse("1.2.0"),
                                                                new Sha512("cd".repeat(64)),
                                                                10),
                                                        AcquisitionLocation.EXECUTION_TARGET,
                                                        PackageSource.NEAREST_CACHE),
                                                true)))
                        .build();
        var sheet =
                new StepRunStarted(
                        new DeploymentId("7f3k9qzm"),
                        new ProjectId("shop"),
                        new ReleaseVersion("1.4.0"),
                        new EnvironmentId("production"),
                        Digest.of("plan"),
                        Phase.DEPLOYMENT,
                        new Run(2),
                        1,
                        Purpose.NORMAL,
                        false,
                        List.of(),
                        Optional.empty());
        return (CommandPayload.Script) plan.payload(sheet, planned, WORKER, SoFar.NOTHING);
    }

    private static Action.Script using(String id, String body) {
        return new Action.Script(
                Syntax.BASH,
                body,
                List.of(new ScriptPackage(reference(id), true)),
                Optional.empty());
    }

    @Test
    void the_folder_of_a_package_is_left_to_the_machine_wherever_it_is_referred_to() {
        var payload =
                payload(
                        using(
                                "Shop.Tools",
                                "#{Tool} #{Stagecoach.Package[Shop.Tools].Directory}/x #{Stagecoach.Package[Shop.Tools].Version}"),
                        new Variable(
                                "Tool",
                                "#{Stagecoach.Package[Shop.Tools].Directory}/bin/tool",
                                false,
                                Scope.EVERYWHERE));
        assertThat(payload.body())
                .isEqualTo(
                        "#{Stagecoach.Package[Shop.Tools].Directory}/bin/tool #{Stagecoach.Package[Shop.Tools].Directory}/x 1.2.0");
        assertThat(payload.variables())
                .containsEntry("Tool", "#{Stagecoach.Package[Shop.Tools].Directory}/bin/tool")
                .containsEntry(
                        "Stagecoach.Package[Shop.Tools].Directory",
                        "#{Stagecoach.Package[Shop.Tools].Directory}");
        assertThat(payload.file()).isEmpty();
    }

    @Test
    void a_package_is_known_as_the_process_spells_it() {
        assertThat(
                        payload(using("shop.tools", "#{Stagecoach.Package[shop.tools].Directory}"))
                                .body())
                .isEqualTo("#{Stagecoach.Package[Shop.Tools].Directory}");
    }

    @Test
    void a_script_that_lies_in_a_package_comes_without_a_body() {
        var script =
                new Action.Script(
                        Syntax.PYTHON,
                        "",
                        List.of(),
                        Optional.of(new ScriptFile(reference("Shop.Tools"), "scripts/a.py")));
        var payload = payload(script);
        assertThat(payload.body()).isEmpty();
        assertThat(payload.syntax()).isEqualTo(Syntax.PYTHON);
        assertThat(payload.file())
                .contains(
                        new CommandPayload.PackagedFile(
                                PackageId.parse("Shop.Tools"), "scripts/a.py"));
    }
}
