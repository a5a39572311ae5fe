package stagecoach.orchestrator.deployment;

import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import stagecoach.contracts.deployment.DeploymentEvent.InterruptionRaised;
import stagecoach.contracts.deployment.DeploymentEvent.InterruptionResolved;
import stagecoach.contracts.deployment.DeploymentEvent.PhaseEnded;
import stagecoach.contracts.deployment.DeploymentEvent.RetryFrom;
import stagecoach.contracts.run.Pair;
import stagecoach.contracts.run.PairResult;
import stagecoach.contracts.run.RunFacts.EarlierStep;
import stagecoach.contracts.run.StepState;
import stagecoach.orchestrator.needs.Remaining;
import stagecoach.vocabulary.identity.ReleaseVersion;
import stagecoach.vocabulary.identity.Run;
import stagecoach.vocabulary.identity.StepName;
import stagecoach.vocabulary.identity.TargetId;

/**
 * How far a deployment has come, over all its attempts.
 *
 * @param attempt the present one, or while it is queued the one to come
 * @param runs how many runs there were; the one counter of the deployment
 * @param succeeded the pairs that need not run again
 * @param excluded targets that a person or a health check took out
 * @param proceeded whether it shall be deployed though only its packages were asked for at first
 * @param mayStillRun where an abandoned process may be at work
 * @param now the present attempt
 */
public record Progress(
        int attempt,
        int runs,
        Set<Pair> succeeded,
        Set<TargetId> excluded,
        boolean proceeded,
        Set<Pair> mayStillRun,
        Attempt now) {
    /** Copies the collections. */
    public Progress {
        succeeded = Set.copyOf(succeeded);
        excluded = Set.copyOf(excluded);
        mayStillRun = Set.copyOf(mayStillRun);
    }

    /** Before the first attempt. */
    static Progress none() {
        return new Progress(1, 0, Set.of(), Set.of(), false, Set.of(), Attempt.FRESH);
    }

    private Progress with(Attempt attemptNow) {
        return new Progress(attempt, runs, succeeded, excluded, proceeded, mayStillRun, attemptNow);
    }

    /**
     * A new attempt begins knowing only what has succeeded: what machines hold may be gone by now
     * and is asked for again.
     */
    Progress retrying(int next, RetryFrom from) {
        return switch (from) {
            case FAILED ->
                    new Progress(
                            next, runs, succeeded, excluded, proceeded, mayStillRun, Attempt.FRESH);
            case START ->
                    new Progress(
                            next, runs, Set.of(), Set.of(), proceeded, mayStillRun, Attempt.FRESH);
        };
    }

    /** The attempt begins that deploys what was only acquired. */
    Progress proceeding(int next) {
        return new Progress(next, runs, succeeded, excluded, true, mayStillRun, Attempt.FRESH);
    }

    /** The number of the next run. */
    Run nextRun() {
        return new Run(runs + 1);
    }

    /** The attempt begins, where this release was before. */
    Progress begun(Optional<ReleaseVersion> before) {
        return with(now.begun(before));
    }

    /** Why the present attempt has failed, if it has. */
    Optional<String> failure() {
        return now.failure().map(Attempt.Failure::sentence);
    }

    /** How steps have ended so far, as the next run is told. */
    List<EarlierStep> earlier() {
        var states = new HashMap<Pair, StepState>();
        succeeded.forEach(pair -> states.put(pair, StepState.SUCCEEDED));
        states.putAll(now.pairs());
        var ended = new TreeMap<StepName, Map<StepState, NavigableSet<TargetId>>>();
        states.forEach(
                (pair, state) -> {
                    var targets =
                            ended.computeIfAbsent(pair.step(), _ -> new EnumMap<>(StepState.class))
                                    .computeIfAbsent(state, _ -> new TreeSet<>());
                    pair.target().ifPresent(targets::add);
                });
        return ended.entrySet().stream()
                .flatMap(
                        step ->
                                step.getValue().entrySet().stream()
                                        .map(
                                                in ->
                                                        new EarlierStep(
                                                                step.getKey(),
                                                                in.getKey(),
                                                                List.copyOf(in.getValue()))))
                .toList();
    }

    /** What is still to run. */
    Remaining remaining() {
        return new Remaining(succeeded, now.pairs(), mayStillRun);
    }

    Progress started(CurrentRun run) {
        return new Progress(
                attempt,
                run.run().value(),
                succeeded,
                excluded,
                proceeded,
                mayStillRun,
                now.started(run));
    }

    Progress ended(CurrentRun run, PhaseEnded end) {
        return new Progress(
                attempt,
                runs,
                succeededWith(end.results()),
                excluded,
                proceeded,
                stillRunningWith(end.results()),
                now.ended(run, end));
    }

    private Set<Pair> succeededWith(List<PairResult> results) {
        var pairs = new HashSet<>(succeeded);
        for (var result : results) {
            if (result.state() == StepState.SUCCEEDED) {
                pairs.add(result.pair());
            }
        }
        return pairs;
    }

    /** A clean end of another try says nothing of a process that was given up before. */
    private Set<Pair> stillRunningWith(List<PairResult> results) {
        var pairs = new HashSet<>(mayStillRun);
        for (var result : results) {
            if (result.mayStillRun()) {
                pairs.add(result.pair());
            }
        }
        return pairs;
    }

    Progress missed(TargetId target) {
        return with(now.missing(target));
    }

    Progress excluding(TargetId target) {
        var more = new HashSet<>(excluded);
        more.add(target);
        return new Progress(attempt, runs, succeeded, more, proceeded, mayStillRun, now);
    }

    /** A person has answered; what that means for the pairs in question. */
    Progress answered(InterruptionRaised raised, InterruptionResolved answer) {
        var next = now.resumed(answer.stale());
        return switch (answer.choice()) {
            case PROCEED -> {
                var pairs = new HashSet<>(succeeded);
                pairs.addAll(raised.pairs());
                yield new Progress(
                        attempt,
                        runs,
                        pairs,
                        excluded,
                        proceeded,
                        mayStillRun,
                        next.marked(raised.pairs(), StepState.SUCCEEDED));
            }
            case RETRY -> with(next.reopened(raised.pairs()));
            case IGNORE, EXCLUDE -> with(next);
            case ABORT -> with(next.failed(Questions.aborted(raised, answer)));
        };
    }
}
