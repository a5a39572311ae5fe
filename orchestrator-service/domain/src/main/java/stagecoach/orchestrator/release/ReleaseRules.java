package stagecoach.orchestrator.release;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import stagecoach.contracts.run.PlannedStep;
import stagecoach.decider.Rejection;
import stagecoach.vocabulary.identity.EnvironmentId;
import stagecoach.vocabulary.identity.StepName;
import stagecoach.vocabulary.process.Action;
import stagecoach.vocabulary.process.DeploymentProcess.Leaf;
import stagecoach.vocabulary.process.Step;
import stagecoach.vocabulary.process.UnavailableTargets;

/** What of a release a deployment runs: the outline of its plan, without anything secret. */
public final class ReleaseRules {
    private ReleaseRules() {}

    /**
     * The steps in order; those that this deployment leaves out say why.
     *
     * @throws Rejection if a step shall be skipped that must not be
     */
    public static List<PlannedStep> outline(
            Release release, EnvironmentId environment, Collection<StepName> skipSteps) {
        var conditions = new SettledConditions(release, environment);
        return release.process().leaves().stream()
                .map(
                        leaf ->
                                planned(
                                        release,
                                        leaf,
                                        whyNot(leaf, environment, skipSteps)
                                                .or(() -> conditions.whyNot(leaf))))
                .toList();
    }

    /** Why this step may not be skipped, for people; empty if it may. */
    public static Optional<String> whyNotSkippable(Step step) {
        if (step.required()) {
            return Optional.of(
                    "The step \"%s\" is required and cannot be skipped. Leave it out of skipSteps."
                            .formatted(step.name()));
        }
        if (step.action() instanceof Action.Group(var children)) {
            return children.stream()
                    .filter(Step::required)
                    .findFirst()
                    .map(
                            child ->
                                    "The step \"%s\" of the group \"%s\" is required, so the group cannot be skipped. Leave it out of skipSteps."
                                            .formatted(child.name(), step.name()));
        }
        return Optional.empty();
    }

    /** What leaves a group out leaves its children out. */
    private static Optional<String> whyNot(
            Leaf leaf, EnvironmentId environment, Collection<StepName> skipSteps) {
        return leaf.group()
                .flatMap(group -> whyNot(group, environment, skipSteps))
                .or(() -> whyNot(leaf.step(), environment, skipSteps));
    }

    private static Optional<String> whyNot(
            Step step, EnvironmentId environment, Collection<StepName> skipSteps) {
        if (step.disabled()) {
            return Optional.of("the step is disabled");
        }
        if (!step.environments().isEmpty() && !step.environments().contains(environment)) {
            return Optional.of("the step does not apply to " + environment);
        }
        if (step.excludeEnvironments().contains(environment)) {
            return Optional.of("the step excludes " + environment);
        }
        if (!skipSteps.contains(step.name())) {
            return Optional.empty();
        }
        whyNotSkippable(step)
                .ifPresent(
                        sentence -> {
                            throw new Rejection(Rejection.Kind.INVALID, "step-required", sentence);
                        });
        return Optional.of("this deployment was asked to skip the step");
    }

    private static PlannedStep planned(Release release, Leaf leaf, Optional<String> skip) {
        Step step = leaf.step();
        return new PlannedStep(
                step.name(),
                kindOf(step.action()),
                step.phase(),
                step.runOn(),
                leaf.batch(),
                leaf.group().map(Step::name),
                step.condition(),
                step.onlyIf().isPresent() || leaf.group().flatMap(Step::onlyIf).isPresent(),
                timeoutOf(step),
                step.killAfter(),
                step.abandonAfter(),
                step.retries(),
                step.window(),
                step.parallelism(),
                unavailableOf(step),
                waitOf(step),
                step.mutex(),
                step.action() instanceof Action.ManualIntervention(var instructions, var roles)
                        ? Optional.of(new PlannedStep.Manual(instructions, roles))
                        : Optional.empty(),
                step.action() instanceof Action.DeployPackage(var source, var _)
                        ? release.packageOf(step.name(), source.id())
                        : Optional.empty(),
                step.action() instanceof Action.Script script
                        ? packagesOf(release, step, script)
                        : List.of(),
                skip);
    }

    private static List<PlannedStep.ScriptPackage> packagesOf(
            Release release, Step step, Action.Script script) {
        return script.allPackages().stream()
                .map(
                        of ->
                                new PlannedStep.ScriptPackage(
                                        release.packageOf(step.name(), of.source().id())
                                                .orElseThrow(
                                                        () ->
                                                                new IllegalStateException(
                                                                        "%s of step %s is not pinned"
                                                                                .formatted(
                                                                                        of.source()
                                                                                                .id(),
                                                                                        step
                                                                                                .name()))),
                                        of.extract()))
                .toList();
    }

    /** A health check has no further time than that for its answer. */
    private static Optional<Duration> timeoutOf(Step step) {
        return step.action() instanceof Action.HealthCheck(var _, var within)
                ? Optional.of(within)
                : step.timeout();
    }

    private static UnavailableTargets unavailableOf(Step step) {
        return step.action() instanceof Action.HealthCheck(var unavailable, var _)
                ? unavailable
                : step.unavailableTargets();
    }

    private static Optional<Duration> waitOf(Step step) {
        return step.action() instanceof Action.HealthCheck(var unavailable, var within)
                        && unavailable == UnavailableTargets.WAIT
                ? Optional.of(within)
                : step.waitFor();
    }

    private static PlannedStep.Kind kindOf(Action action) {
        return switch (action) {
            case Action.Script _ -> PlannedStep.Kind.SCRIPT;
            case Action.DeployPackage _ -> PlannedStep.Kind.PACKAGE;
            case Action.HttpCheck _ -> PlannedStep.Kind.HTTP_CHECK;
            case Action.HealthCheck _ -> PlannedStep.Kind.HEALTH_CHECK;
            case Action.ManualIntervention _ -> PlannedStep.Kind.MANUAL_INTERVENTION;
            case Action.Group _ ->
                    throw new IllegalArgumentException("a group is not planned itself");
        };
    }
}
