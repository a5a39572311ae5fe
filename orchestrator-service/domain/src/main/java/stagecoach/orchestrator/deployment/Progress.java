package stagecoach.orchestrator.deployment;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import stagecoach.contracts.deployment.DeploymentEvent.PhaseEnded;
import stagecoach.contracts.deployment.DeploymentEvent.RetryFrom;
import stagecoach.contracts.run.Pair;
import stagecoach.contracts.run.PairResult;
import stagecoach.contracts.run.Purpose;
import stagecoach.contracts.run.RunOutcome;
import stagecoach.contracts.run.StepState;
import stagecoach.orchestrator.needs.Held;
import stagecoach.orchestrator.needs.Remaining;
import stagecoach.vocabulary.identity.Run;
import stagecoach.vocabulary.identity.TargetId;
import stagecoach.vocabulary.process.Phase;

/**
 * How far a deployment has come, over all its attempts.
 *
 * @param attempt the present one, or while it is queued the one to come
 * @param runs how many runs there were; the one counter of the deployment
 * @param succeeded the pairs that need not run again
 * @param inThisAttempt how pairs ended in the present attempt
 * @param held what targets hold, as this attempt's acquisitions say
 * @param lacking what they said is missing, and why
 * @param acquisitions how many acquisitions of purpose NORMAL this attempt has had
 * @param missed targets that came too late for this attempt
 * @param failure why this attempt has failed, if it has
 * @param mayStillRun where an abandoned process may be at work
 */
public record Progress(
        int attempt,
        int runs,
        Set<Pair> succeeded,
        Map<Pair, StepState> inThisAttempt,
        Set<Held> held,
        Map<Held, String> lacking,
        int acquisitions,
        Set<TargetId> missed,
        Optional<String> failure,
        Set<Pair> mayStillRun) {
    /** Copies the collections. */
    public Progress {
        succeeded = Set.copyOf(succeeded);
        inThisAttempt = Map.copyOf(inThisAttempt);
        held = Set.copyOf(held);
        lacking = Map.copyOf(lacking);
        missed = Set.copyOf(missed);
        mayStillRun = Set.copyOf(mayStillRun);
    }

    /** Before the first attempt. */
    static Progress none() {
        return new Progress(1, 0, Set.of(), Set.of());
    }

    private Progress(int attempt, int runs, Set<Pair> succeeded, Set<Pair> mayStillRun) {
        this(
                attempt,
                runs,
                succeeded,
                Map.of(),
                Set.of(),
                Map.of(),
                0,
                Set.of(),
                Optional.empty(),
                mayStillRun);
    }

    /**
     * A new attempt begins knowing only what has succeeded: what machines hold may be gone by now
     * and is asked for again.
     */
    Progress retrying(int next, RetryFrom from) {
        return new Progress(
                next,
                runs,
                switch (from) {
                    case FAILED -> succeeded;
                    case START -> Set.of();
                },
                mayStillRun);
    }

    /** The number of the next run. */
    Run nextRun() {
        return new Run(runs + 1);
    }

    /** What is still to run. */
    Remaining remaining() {
        return new Remaining(succeeded, inThisAttempt);
    }

    Progress started(CurrentRun run) {
        boolean round = run.phase() == Phase.ACQUISITION && run.purpose() == Purpose.NORMAL;
        return new Progress(
                attempt,
                run.run().value(),
                succeeded,
                inThisAttempt,
                held,
                lacking,
                acquisitions + (round ? 1 : 0),
                missed,
                failure,
                mayStillRun);
    }

    Progress ended(CurrentRun run, PhaseEnded end) {
        var heldNow = new HashSet<>(held);
        heldNow.addAll(run.broughtBy(end));
        var lackingNow = new HashMap<>(lacking);
        end.missing()
                .forEach(
                        missing ->
                                lackingNow.put(
                                        new Held(missing.pin().sha512(), missing.target()),
                                        missing.reason()));
        heldNow.forEach(lackingNow::remove);
        boolean failed = end.outcome() == RunOutcome.FAILED;
        return new Progress(
                attempt,
                runs,
                succeededWith(end.results()),
                endedWith(end.results()),
                heldNow,
                lackingNow,
                acquisitions,
                missed,
                failed ? failedBy(run, end) : failure,
                stillRunningWith(end.results()));
    }

    /** The first failure counts; a clean-up that fails is added, since someone must clean up. */
    private Optional<String> failedBy(CurrentRun run, PhaseEnded end) {
        String reason = end.reason().orElse("run %s failed".formatted(run.run()));
        if (failure.isEmpty()) {
            return Optional.of(
                    run.purpose() == Purpose.CLEANUP ? "the clean-up failed: " + reason : reason);
        }
        return run.phase() == Phase.DEPLOYMENT
                ? failure.map(first -> first + "; then the clean-up failed: " + reason)
                : failure;
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

    private Map<Pair, StepState> endedWith(List<PairResult> results) {
        var pairs = new HashMap<>(inThisAttempt);
        results.forEach(result -> pairs.put(result.pair(), result.state()));
        return pairs;
    }

    private Set<Pair> stillRunningWith(List<PairResult> results) {
        var pairs = new HashSet<>(mayStillRun);
        for (var result : results) {
            if (result.mayStillRun()) {
                pairs.add(result.pair());
            } else if (result.state() != StepState.SKIPPED) {
                pairs.remove(result.pair());
            }
        }
        return pairs;
    }

    Progress missed(TargetId target) {
        var more = new HashSet<>(missed);
        more.add(target);
        return new Progress(
                attempt,
                runs,
                succeeded,
                inThisAttempt,
                held,
                lacking,
                acquisitions,
                more,
                failure,
                mayStillRun);
    }
}
