package stagecoach.steprunner.variables;

import java.time.Instant;
import java.util.Collection;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import stagecoach.contracts.internal.Plan;
import stagecoach.contracts.run.Pair;
import stagecoach.contracts.run.RunFacts;
import stagecoach.contracts.run.RunFacts.EarlierStep;
import stagecoach.contracts.run.RunFacts.Standing;
import stagecoach.contracts.run.StepState;
import stagecoach.contracts.steprun.StepRunEvent.StepRunStarted;
import stagecoach.vocabulary.identity.ReleaseVersion;
import stagecoach.vocabulary.identity.StepName;
import stagecoach.vocabulary.identity.TargetId;
import stagecoach.vocabulary.template.BuiltIns;

/**
 * What a step can say of its deployment: who asked for it, what has failed, and how other steps
 * have ended.
 */
final class DeploymentVariables {
    /** How a step stands that stands differently at its targets: the first of these that occurs. */
    private static final List<StepState> WORST_FIRST =
            List.of(
                    StepState.FAILED,
                    StepState.UNKNOWN,
                    StepState.CANCELLED,
                    StepState.RUNNING,
                    StepState.PENDING,
                    StepState.SUCCEEDED,
                    StepState.SKIPPED);

    private DeploymentVariables() {}

    /** Those that are the same for all steps of a run at one moment. */
    static Map<String, String> of(StepRunStarted sheet, Optional<Plan.Labels> labels, SoFar soFar) {
        var told = sheet.facts().orElse(RunFacts.NONE);
        var standing = standing(sheet);
        var facts = new LinkedHashMap<String, String>();
        facts.put(
                BuiltIns.DEPLOYMENT_STATE,
                (soFar.failure().isPresent() && standing != Standing.CANCELLED
                                ? Standing.FAILED
                                : standing)
                        .name());
        // The first failure counts, and that of an earlier run was before this one's.
        facts.put(
                BuiltIns.DEPLOYMENT_ERROR,
                told.error().or(() -> soFar.failure().map(SoFar.Failure::sentence)).orElse(""));
        facts.put(
                BuiltIns.DEPLOYMENT_FAILED_STEP,
                (told.error().isPresent()
                                ? told.failedStep()
                                : soFar.failure().map(SoFar.Failure::step))
                        .map(StepName::value)
                        .orElse(""));
        facts.put(BuiltIns.DEPLOYMENT_COMMENT, told.comment().orElse(""));
        facts.put(BuiltIns.DEPLOYMENT_CREATED_BY, told.createdBy().orElse(""));
        facts.put(
                BuiltIns.DEPLOYMENT_CREATED_AT, told.createdAt().map(Instant::toString).orElse(""));
        facts.put(BuiltIns.RELEASE_PREVIOUS, told.previous().map(ReleaseVersion::value).orElse(""));
        facts.put(BuiltIns.RELEASE_NOTES, labels.flatMap(Plan.Labels::notes).orElse(""));
        facts.put(
                BuiltIns.ENVIRONMENT_NAME,
                labels.map(Plan.Labels::environmentName).orElse(sheet.environment().value()));
        facts.put(
                BuiltIns.PROJECT_NAME,
                labels.map(Plan.Labels::projectName).orElse(sheet.project().value()));
        return facts;
    }

    /** An older orchestrator tells nothing, and nothing that goes well is cleaned up after. */
    private static Standing standing(StepRunStarted sheet) {
        return sheet.facts()
                .map(RunFacts::standing)
                .orElse(
                        switch (sheet.purpose()) {
                            case NORMAL -> RunFacts.NONE.standing();
                            case CLEANUP -> Standing.FAILED;
                        });
    }

    /**
     * How the steps of a deployment stand, seen from a place: of a step that has to do with its
     * target how it stands there, of others how they stand altogether.
     *
     * @param byTarget the steps of which it is told for each target, too
     */
    static Map<String, String> states(
            StepRunStarted sheet,
            Optional<TargetId> here,
            Collection<StepName> steps,
            Collection<StepName> byTarget,
            SoFar soFar) {
        var earlier =
                sheet.facts().orElse(RunFacts.NONE).earlier().stream()
                        .collect(Collectors.groupingBy(EarlierStep::step));
        var facts = new LinkedHashMap<String, String>();
        for (StepName step : steps) {
            var before = earlier.getOrDefault(step, List.of());
            facts.put(
                    BuiltIns.stepState(step),
                    here.flatMap(target -> stateAt(step, target, before, soFar.states()))
                            .orElseGet(() -> altogether(step, before, soFar.states()))
                            .name());
            if (byTarget.contains(step)) {
                byTarget(step, before, soFar.states())
                        .forEach(
                                (target, state) ->
                                        facts.put(BuiltIns.stepState(step, target), state.name()));
            }
        }
        return facts;
    }

    /** What this run says of a place comes before what earlier ones said. */
    private static Optional<StepState> stateAt(
            StepName step, TargetId target, List<EarlierStep> before, States now) {
        return now.at(new Pair(step, Optional.of(target)))
                .or(
                        () ->
                                before.stream()
                                        .filter(earlier -> earlier.targets().contains(target))
                                        .map(EarlierStep::state)
                                        .findFirst());
    }

    private static StepState altogether(StepName step, List<EarlierStep> before, States now) {
        var states = EnumSet.noneOf(StepState.class);
        states.addAll(now.anywhere(step));
        for (EarlierStep earlier : before) {
            if (stillCounts(earlier, now)) {
                states.add(earlier.state());
            }
        }
        return worst(states);
    }

    /** Whether there is a place of which this run says nothing. */
    private static boolean stillCounts(EarlierStep earlier, States now) {
        return earlier.targets().isEmpty()
                ? now.at(new Pair(earlier.step(), Optional.empty())).isEmpty()
                : earlier.targets().stream()
                        .anyMatch(
                                target ->
                                        now.at(new Pair(earlier.step(), Optional.of(target)))
                                                .isEmpty());
    }

    private static Map<TargetId, StepState> byTarget(
            StepName step, List<EarlierStep> before, States now) {
        var states = new LinkedHashMap<TargetId, StepState>();
        for (EarlierStep earlier : before) {
            earlier.targets().forEach(target -> states.put(target, earlier.state()));
        }
        now.everywhere(step)
                .forEach(
                        (pair, state) ->
                                pair.target().ifPresent(target -> states.put(target, state)));
        return states;
    }

    private static StepState worst(Collection<StepState> states) {
        return WORST_FIRST.stream().filter(states::contains).findFirst().orElse(StepState.PENDING);
    }
}
