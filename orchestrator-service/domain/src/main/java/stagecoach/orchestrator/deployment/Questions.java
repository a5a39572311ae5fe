package stagecoach.orchestrator.deployment;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import stagecoach.contracts.deployment.DeploymentEvent.Choice;
import stagecoach.contracts.deployment.DeploymentEvent.InterruptionKind;
import stagecoach.contracts.deployment.DeploymentEvent.InterruptionRaised;
import stagecoach.contracts.deployment.DeploymentEvent.InterruptionResolved;
import stagecoach.contracts.deployment.DeploymentEvent.PhaseEnded;
import stagecoach.contracts.deployment.DeploymentEvent.TargetExcluded;
import stagecoach.contracts.run.Pair;
import stagecoach.contracts.run.PairResult;
import stagecoach.contracts.run.PhaseWork;
import stagecoach.contracts.run.Place;
import stagecoach.contracts.run.PlannedStep;
import stagecoach.contracts.run.RunOutcome;
import stagecoach.contracts.run.StepState;
import stagecoach.decider.Rejection;
import stagecoach.orchestrator.deployment.Deployment.Running;
import stagecoach.orchestrator.deployment.DeploymentCommand.EndPhase;
import stagecoach.orchestrator.needs.Held;
import stagecoach.orchestrator.needs.PackageNeeds;
import stagecoach.orchestrator.needs.Roster.KnownTarget;
import stagecoach.vocabulary.identity.InterruptionId;
import stagecoach.vocabulary.identity.TargetId;
import stagecoach.vocabulary.process.Phase;
import stagecoach.vocabulary.process.RunOn;

/** What a deployment asks a person, and what an answer means. */
final class Questions {
    /** The role that includes all others. */
    private static final String ADMIN = "ADMIN";

    /** Who may answer where nobody was named. */
    private static final List<String> EVERYONE = List.of("DEPLOY");

    private Questions() {}

    /**
     * The question with which a run has ended, if it has ended with one.
     *
     * @param report when and how that was told
     */
    static Optional<InterruptionRaised> of(
            Running running, CurrentRun run, PhaseEnded end, EndPhase report) {
        return switch (end.outcome()) {
            case NEEDS_GUIDANCE -> Optional.of(guidance(running, run, end, report.observation()));
            case INTERVENTION_REACHED -> Optional.of(intervention(running, run, end, report));
            case SUCCEEDED, FAILED, CANCELLED -> Optional.empty();
        };
    }

    private static InterruptionRaised guidance(
            Running running, CurrentRun run, PhaseEnded end, Observation observation) {
        List<Pair> pairs =
                switch (run.work()) {
                    case PhaseWork.Steps _ -> failed(end.results());
                    case PhaseWork.Acquire _ -> lacking(running, end, observation);
                };
        var choices = new ArrayList<Choice>(List.of(Choice.RETRY));
        if (run.work() instanceof PhaseWork.Steps && !pairs.isEmpty()) {
            choices.add(Choice.IGNORE);
        }
        if (!pairs.isEmpty() && pairs.stream().allMatch(pair -> pair.target().isPresent())) {
            choices.add(Choice.EXCLUDE);
        }
        choices.add(Choice.ABORT);
        return new InterruptionRaised(
                idOf(running, run),
                InterruptionKind.GUIDED_FAILURE,
                run.run(),
                run.phase(),
                pairs,
                end.reason(),
                List.of(),
                choices,
                observation.at());
    }

    private static InterruptionRaised intervention(
            Running running, CurrentRun run, PhaseEnded end, EndPhase report) {
        var manual = reached(run, end);
        var asked = manual.flatMap(PlannedStep::manual);
        return new InterruptionRaised(
                idOf(running, run),
                InterruptionKind.MANUAL_INTERVENTION,
                run.run(),
                run.phase(),
                manual.map(step -> new Pair(step.name(), Optional.empty())).stream().toList(),
                report.instructions().or(() -> asked.map(PlannedStep.Manual::instructions)),
                asked.map(PlannedStep.Manual::roles).orElse(List.of()),
                List.of(Choice.PROCEED, Choice.ABORT),
                report.observation().at());
    }

    /** A run asks at most once, so its number tells its question from all others. */
    private static InterruptionId idOf(Running running, CurrentRun run) {
        return new InterruptionId(running.asked().deployment() + "-" + run.run());
    }

    /** The manual intervention that the run has come to: the first that it did not pass by. */
    private static Optional<PlannedStep> reached(CurrentRun run, PhaseEnded end) {
        var open =
                end.results().stream()
                        .filter(result -> result.state() == StepState.RUNNING)
                        .map(result -> result.pair().step())
                        .toList();
        return run.assignments().stream()
                .map(assignment -> assignment.step())
                .filter(step -> step.kind() == PlannedStep.Kind.MANUAL_INTERVENTION)
                .filter(step -> open.contains(step.name()))
                .findFirst();
    }

    private static List<Pair> failed(List<PairResult> results) {
        return results.stream()
                .filter(result -> FailureSentence.isFailure(result.state()))
                .map(PairResult::pair)
                .sorted(Pairs.BY_STEP_AND_TARGET)
                .toList();
    }

    /**
     * The pairs that are still to run and need what could not be brought. Which they are is seen in
     * the machines as they are now; of a target that is gone meanwhile, in what it was to have.
     */
    private static List<Pair> lacking(Running running, PhaseEnded end, Observation observation) {
        var missing = new HashSet<Held>();
        end.missing().forEach(m -> missing.add(new Held(m.pin().sha512(), m.target())));
        var pairs = new ArrayList<Pair>();
        var plan = PhasePlan.seen(running.asked(), running.progress(), observation);
        for (var assignment : plan.normal(Phase.DEPLOYMENT)) {
            for (Place place : assignment.places()) {
                if (missing.stream().anyMatch(lack -> isLacked(assignment.step(), place, lack))) {
                    pairs.add(new Pair(assignment.step().name(), place.target()));
                }
            }
        }
        var here = plan.roster().targets().stream().map(KnownTarget::id).toList();
        var remaining = running.progress().remaining();
        for (PlannedStep step : running.asked().steps()) {
            for (Held lack : missing) {
                if (step.runOn() instanceof RunOn.Targets
                        && step.skip().isEmpty()
                        && needs(step, lack)) {
                    lack.holder()
                            .target()
                            .filter(target -> !here.contains(target))
                            .map(target -> new Pair(step.name(), Optional.of(target)))
                            .filter(pair -> remaining.includes(step, pair))
                            .ifPresent(pairs::add);
                }
            }
        }
        return pairs.stream().distinct().sorted(Pairs.BY_STEP_AND_TARGET).toList();
    }

    private static boolean isLacked(PlannedStep step, Place place, Held lack) {
        return needs(step, lack)
                && PackageNeeds.holder(step, place).filter(lack.holder()::equals).isPresent();
    }

    private static boolean needs(PlannedStep step, Held lack) {
        return step.needs().stream()
                .anyMatch(pinned -> pinned.pin().sha512().equals(lack.sha512()));
    }

    /** Refuses an answer that is none of the choices, or not this person's to give. */
    static void check(InterruptionRaised raised, Choice choice, Set<String> roles) {
        if (!raised.choices().contains(choice)) {
            throw new Rejection(
                    Rejection.Kind.INVALID,
                    "invalid-choice",
                    "%s is no answer to this interruption. Choose %s."
                            .formatted(
                                    choice,
                                    raised.choices().stream()
                                            .map(Choice::name)
                                            .collect(Collectors.joining(" or "))));
        }
        List<String> responsible = raised.roles().isEmpty() ? EVERYONE : raised.roles();
        if (!roles.contains(ADMIN) && responsible.stream().noneMatch(roles::contains)) {
            throw new Rejection(
                    Rejection.Kind.FORBIDDEN,
                    "not-responsible",
                    "Only someone with the role %s may answer this interruption."
                            .formatted(String.join(" or ", responsible)));
        }
    }

    /** The targets that an answer takes out. */
    static List<TargetExcluded> excluded(InterruptionRaised raised, InterruptionResolved answer) {
        if (answer.choice() != Choice.EXCLUDE) {
            return List.of();
        }
        String reason = "excluded by " + answer.by() + notes(answer);
        return raised.pairs().stream()
                .flatMap(pair -> pair.target().stream())
                .distinct()
                .sorted()
                .map((TargetId target) -> new TargetExcluded(target, reason))
                .toList();
    }

    /** What a health check has found away runs nothing more, as if a person had taken it out. */
    static List<TargetExcluded> takenOut(EndPhase end) {
        return end.excluded().stream()
                .distinct()
                .sorted()
                .map(
                        target ->
                                new TargetExcluded(
                                        target,
                                        "taken out of this deployment, because it did not answer a health check"))
                .toList();
    }

    /** Why a deployment failed that a person did not let go on. */
    static Attempt.Failure aborted(InterruptionRaised raised, InterruptionResolved answer) {
        String by = "aborted by " + answer.by() + notes(answer);
        var asked = raised.pairs().stream().findFirst().map(Pair::step);
        return switch (raised.kind()) {
            case GUIDED_FAILURE ->
                    new Attempt.Failure(
                            raised.instructions().map(why -> why + "; " + by).orElse(by),
                            asked.filter(_ -> raised.phase() != Phase.ACQUISITION));
            case MANUAL_INTERVENTION ->
                    new Attempt.Failure(
                            asked.map(step -> "step \"%s\": %s".formatted(step, by)).orElse(by),
                            asked);
        };
    }

    private static String notes(InterruptionResolved answer) {
        return answer.notes().map(text -> ": " + text).orElse("");
    }

    /** How a run ended, as far as anybody may still be asked about it. */
    static RunOutcome answerable(
            RunOutcome outcome, Deployment state, CurrentRun run, boolean guided) {
        boolean mayAsk = state instanceof Running && run.isNormal();
        return switch (outcome) {
            case SUCCEEDED -> outcome;
            case CANCELLED ->
                    // If nobody here asked for that, it has not done its work, so it failed.
                    state instanceof Running
                            ? answerable(RunOutcome.FAILED, state, run, guided)
                            : outcome;
            case FAILED ->
                    guided && mayAsk && run.work() instanceof PhaseWork.Acquire
                            ? RunOutcome.NEEDS_GUIDANCE
                            : outcome;
            case NEEDS_GUIDANCE -> mayAsk ? outcome : RunOutcome.FAILED;
            case INTERVENTION_REACHED -> {
                if (mayAsk) {
                    yield outcome;
                }
                yield state instanceof Running ? RunOutcome.FAILED : RunOutcome.CANCELLED;
            }
        };
    }
}
