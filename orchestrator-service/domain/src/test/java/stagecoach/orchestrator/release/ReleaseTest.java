package stagecoach.orchestrator.release;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import stagecoach.contracts.configuration.ConfigurationEvent;
import stagecoach.contracts.configuration.ConfigurationEvent.ReleaseCreated;
import stagecoach.contracts.configuration.ConfigurationEvent.ReleaseRetired;
import stagecoach.contracts.internal.PinPackages.Wanted;
import stagecoach.contracts.internal.Plan;
import stagecoach.contracts.run.PlannedStep;
import stagecoach.decider.DeciderSpec;
import stagecoach.decider.Rejection;
import stagecoach.orchestrator.Shop;
import stagecoach.orchestrator.release.WantedPackages.Use;
import stagecoach.vocabulary.identity.EnvironmentId;
import stagecoach.vocabulary.identity.FeedId;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.VersionRange;
import stagecoach.vocabulary.process.Action;
import stagecoach.vocabulary.process.DeploymentProcess;
import stagecoach.vocabulary.process.Step;
import stagecoach.vocabulary.process.UnavailableTargets;

class ReleaseTest {
    private static final EnvironmentId STAGING = new EnvironmentId("staging");
    private static final Action SCRIPT = new Action.Script(Action.Syntax.BASH, "echo secret");

    private static final Plan.Labels LABELS =
            new Plan.Labels("The shop", "Production", Optional.of("Faster search"));

    private static Step step(String name, Action action) {
        return being(name, action).build();
    }

    private static Step.Builder being(String name, Action action) {
        return Step.of(name, Shop.onWeb(), action).timeout(Duration.ofHours(1));
    }

    private static Action deploy(String id) {
        return new Action.DeployPackage(
                new Action.PackageReference(
                        FeedId.BUILT_IN,
                        PackageId.parse(id),
                        Action.AcquisitionLocation.EXECUTION_TARGET,
                        Action.PackageSource.NEAREST_CACHE),
                new Action.Install(Optional.empty(), List.of()));
    }

    private static Release release(Step... steps) {
        return new Release(
                Shop.PROJECT,
                Shop.RELEASE,
                new DeploymentProcess(List.of(steps)),
                List.of(),
                List.of(new Release.StepPackage(Shop.step("server"), Shop.SERVER)));
    }

    @Test
    void an_outline_has_the_children_of_a_group_which_is_left_out_as_a_whole() {
        var group =
                new Action.Group(
                        List.of(step("drain", SCRIPT), step("server", deploy("Shop.Server"))));
        var release = release(step("before", SCRIPT), step("swap", group));
        var outline = ReleaseRules.outline(release, Shop.PRODUCTION, List.of(Shop.step("swap")));
        assertThat(outline)
                .extracting(step -> step.name().value())
                .containsExactly("before", "drain", "server");
        assertThat(outline.getLast().group()).contains(Shop.step("swap"));
        assertThat(outline.getLast().batch()).isEqualTo(2);
        assertThat(outline.getLast().packageToInstall()).contains(Shop.SERVER);
        assertThat(outline.getFirst().skip()).isEmpty();
        assertThat(outline.getLast().skip()).contains("this deployment was asked to skip the step");
    }

    @Test
    void a_group_with_a_required_child_cannot_be_skipped() {
        var child = being("drain", SCRIPT).required().build();
        assertThat(ReleaseRules.whyNotSkippable(step("swap", new Action.Group(List.of(child)))))
                .isPresent();
    }

    @Test
    void a_health_check_waits_for_its_answer_and_for_its_machine_as_it_says() {
        var check = new Action.HealthCheck(UnavailableTargets.WAIT, Duration.ofSeconds(90));
        var planned =
                ReleaseRules.outline(release(step("alive", check)), Shop.PRODUCTION, List.of())
                        .getFirst();
        assertThat(planned.timeout()).contains(Duration.ofSeconds(90));
        assertThat(planned.unavailableTargets()).isEqualTo(UnavailableTargets.WAIT);
        assertThat(planned.waitFor()).contains(Duration.ofSeconds(90));
    }

    @Test
    void an_outline_says_which_steps_are_left_out_and_why() {
        var release =
                release(
                        step("server", deploy("Shop.Server")),
                        being("off", SCRIPT).disabled().build(),
                        being("staging-only", SCRIPT).environments(List.of(STAGING)).build(),
                        being("not-here", SCRIPT)
                                .excludeEnvironments(List.of(Shop.PRODUCTION))
                                .build(),
                        step("chosen", SCRIPT));
        assertThat(ReleaseRules.outline(release, Shop.PRODUCTION, List.of(Shop.step("chosen"))))
                .extracting(s -> s.name() + ": " + s.skip().orElse("runs"))
                .containsExactly(
                        "server: runs",
                        "off: the step is disabled",
                        "staging-only: the step does not apply to production",
                        "not-here: the step excludes production",
                        "chosen: this deployment was asked to skip the step");
    }

    @Test
    void an_outline_carries_the_pinned_package_and_nothing_secret() {
        var outline =
                ReleaseRules.outline(
                        release(step("server", deploy("Shop.Server")), step("start", SCRIPT)),
                        Shop.PRODUCTION,
                        List.of());
        assertThat(outline.getFirst().packageToInstall()).contains(Shop.SERVER);
        assertThat(outline.getFirst().kind()).isEqualTo(PlannedStep.Kind.PACKAGE);
        assertThat(outline.toString()).doesNotContain("secret");
    }

    @Test
    void a_required_step_cannot_be_skipped() {
        var release = release(being("backup", SCRIPT).required().build());
        assertThatThrownBy(
                        () ->
                                ReleaseRules.outline(
                                        release, Shop.PRODUCTION, List.of(Shop.step("backup"))))
                .isInstanceOf(Rejection.class)
                .hasMessageContaining("\"backup\" is required");
    }

    @Test
    void versions_are_chosen_by_step_or_package_and_each_package_is_wanted_once() {
        var wanted =
                WantedPackages.of(
                        new DeploymentProcess(
                                List.of(
                                        step("server", deploy("Shop.Server")),
                                        step("second", deploy("shop.server")),
                                        step("config", deploy("Shop.Config")),
                                        step("start", SCRIPT))));
        assertThat(wanted.usesOf(PackageId.parse("SHOP.SERVER")))
                .extracting(Use::step)
                .containsExactly(Shop.step("server"), Shop.step("second"));
        var version = VersionRange.parse("1.2.0");
        var config = wanted.usesOf(Shop.step("config")).getFirst();
        assertThat(wanted.choose(config, version)).isEmpty();
        assertThat(wanted.choose(config, VersionRange.parse("2.*"))).contains(version);
        assertThat(wanted.wanted())
                .containsExactly(
                        new Wanted(
                                FeedId.BUILT_IN, PackageId.parse("Shop.Server"), Optional.empty()),
                        new Wanted(
                                FeedId.BUILT_IN,
                                PackageId.parse("Shop.Config"),
                                Optional.of(version)));
        assertThat(wanted.pinned(List.of(Shop.SERVER.pin(), Shop.CONFIG.pin())))
                .extracting(of -> of.step() + " " + of.pinned().pin().id())
                .containsExactly("server Shop.Server", "second Shop.Server", "config Shop.Config");
    }

    @Test
    void a_script_wants_each_package_that_it_refers_to_and_the_one_it_lies_in() {
        var tools = reference("Shop.Tools");
        var script =
                new Action.Script(
                        Action.Syntax.BASH,
                        "",
                        List.of(new Action.ScriptPackage(reference("Shop.Config"), false)),
                        Optional.of(new Action.ScriptFile(tools, "scripts/migrate.sh")));
        var process =
                new DeploymentProcess(
                        List.of(
                                step("server", deploy("Shop.Config")),
                                step("migrate", script),
                                step("start", SCRIPT)));
        var wanted = WantedPackages.of(process);
        assertThat(wanted.steps()).containsExactly(Shop.step("server"), Shop.step("migrate"));
        assertThat(wanted.ids())
                .containsExactly(PackageId.parse("Shop.Config"), PackageId.parse("Shop.Tools"));
        assertThat(wanted.wanted()).hasSize(2);
        var tooling = Shop.pinned("Shop.Tools");
        var release =
                new Release(
                        Shop.PROJECT,
                        Shop.RELEASE,
                        process,
                        List.of(),
                        wanted.pinned(List.of(Shop.CONFIG.pin(), tooling.pin())));
        var outline = ReleaseRules.outline(release, Shop.PRODUCTION, List.of());
        assertThat(outline.get(0).packages()).isEmpty();
        assertThat(outline.get(1).packageToInstall()).isEmpty();
        assertThat(outline.get(1).packages())
                .containsExactly(
                        new PlannedStep.ScriptPackage(Shop.CONFIG, false),
                        new PlannedStep.ScriptPackage(tooling, true));
        assertThat(outline.get(1).needs()).containsExactly(Shop.CONFIG, tooling);
        assertThat(outline.get(2).needs()).isEmpty();
        assertThat(release.planFor(Shop.PRODUCTION, LABELS).packages())
                .containsExactly(Shop.CONFIG, tooling);
    }

    private static Action.PackageReference reference(String id) {
        return new Action.PackageReference(
                FeedId.BUILT_IN,
                PackageId.parse(id),
                Action.AcquisitionLocation.EXECUTION_TARGET,
                Action.PackageSource.NEAREST_CACHE);
    }

    @Test
    void a_plan_has_each_package_once() {
        var plan = release(step("server", deploy("Shop.Server"))).planFor(Shop.PRODUCTION, LABELS);
        assertThat(plan.packages()).containsExactly(Shop.SERVER);
        assertThat(plan.environment()).isEqualTo(Shop.PRODUCTION);
    }

    @Test
    void a_release_is_created_once() {
        var created = new ReleaseCreated(Shop.PROJECT, Shop.RELEASE, Shop.PLAN, List.of());
        DeciderSpec<ReleaseState, ReleaseCommand, ConfigurationEvent> spec =
                DeciderSpec.of(new ReleaseDecider());
        var create = new ReleaseCommand.Create(created);
        spec.when(create).then(created);
        spec.given(created).when(create).thenRejected("release-exists");
    }

    @Test
    void a_release_is_retired_once_and_its_version_never_used_again() {
        var created = new ReleaseCreated(Shop.PROJECT, Shop.RELEASE, Shop.PLAN, List.of());
        var retired = new ReleaseRetired(Shop.PROJECT, Shop.RELEASE, "it is old");
        DeciderSpec<ReleaseState, ReleaseCommand, ConfigurationEvent> spec =
                DeciderSpec.of(new ReleaseDecider());
        var retire = new ReleaseCommand.Retire("it is old");
        spec.given(created).when(retire).then(retired);
        spec.given(created, retired).when(retire).thenNothing();
        spec.when(retire).thenNothing();
        spec.given(created, retired)
                .when(new ReleaseCommand.Create(created))
                .thenRejected("release-exists");
    }
}
