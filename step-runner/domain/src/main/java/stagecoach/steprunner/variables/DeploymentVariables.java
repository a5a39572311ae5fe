package stagecoach.steprunner.variables;

import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import stagecoach.contracts.internal.Plan;
import stagecoach.contracts.run.Pair;
import stagecoach.contracts.run.RunFacts;
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
        var all = new HashMap<StepName, Map<Optional<TargetId>, StepState>>();
        for (var earlier : sheet.facts().orElse(RunFacts.NONE).earlier()) {
            var of = all.computeIfAbsent(earlier.step(), _ -> new HashMap<>());
            if (earlier.targets().isEmpty()) {
                of.put(Optional.empty(), earlier.state());
            }
            earlier.targets().forEach(target -> of.put(Optional.of(target), earlier.state()));
        }
        soFar.states()
                .forEach(
                        (Pair pair, StepState state) ->
                                all.computeIfAbsent(pair.step(), _ -> new HashMap<>())
                                        .put(pair.target(), state));
        var facts = new LinkedHashMap<String, String>();
        for (StepName step : steps) {
            var states = all.getOrDefault(step, Map.of());
            var state =
                    here.isPresent() && states.containsKey(here)
                            ? states.get(here)
                            : worst(states.values());
            facts.put(BuiltIns.stepState(step), state.name());
            if (byTarget.contains(step)) {
                states.forEach(
                        (target, there) ->
                                target.ifPresent(
                                        id ->
                                                facts.put(
                                                        BuiltIns.stepState(step, id),
                                                        there.name())));
            }
        }
        return facts;
    }

    private static StepState worst(Collection<StepState> states) {
        return WORST_FIRST.stream().filter(states::contains).findFirst().orElse(StepState.PENDING);
    }
}
