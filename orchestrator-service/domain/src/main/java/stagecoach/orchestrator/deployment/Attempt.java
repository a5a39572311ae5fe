package stagecoach.orchestrator.deployment;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import stagecoach.contracts.deployment.DeploymentEvent.PhaseEnded;
import stagecoach.contracts.run.Pair;
import stagecoach.contracts.run.PairResult;
import stagecoach.contracts.run.Purpose;
import stagecoach.contracts.run.RunOutcome;
import stagecoach.contracts.run.StepState;
import stagecoach.orchestrator.needs.Held;
import stagecoach.vocabulary.identity.ReleaseVersion;
import stagecoach.vocabulary.identity.StepName;
import stagecoach.vocabulary.identity.TargetId;
import stagecoach.vocabulary.process.Phase;

/**
 * How far the present attempt of a deployment has come.
 *
 * @param pairs how pairs ended in it
 * @param held what machines hold, as its acquisitions say
 * @param lacking what they said is missing, and why
 * @param acquisitions how many acquisitions of purpose NORMAL it has had since it began, or since a
 *     person last answered
 * @param missed targets that came too late for it
 * @param failure why it has failed, if it has
 * @param previous the release that its environment had before
 */
record Attempt(
        Map<Pair, StepState> pairs,
        Set<Held> held,
        Map<Held, String> lacking,
        int acquisitions,
        Set<TargetId> missed,
        Optional<Failure> failure,
        Optional<ReleaseVersion> previous) {
    /**
     * Why an attempt has failed.
     *
     * @param sentence in words a person can act on
     * @param step the step that failed first; empty if an acquisition did
     */
    record Failure(String sentence, Optional<StepName> step) {}

    /** Before its first run. */
    static final Attempt FRESH =
            new Attempt(
                    Map.of(), Set.of(), Map.of(), 0, Set.of(), Optional.empty(), Optional.empty());

    /** Copies the collections. */
    Attempt {
        pairs = Map.copyOf(pairs);
        held = Set.copyOf(held);
        lacking = Map.copyOf(lacking);
        missed = Set.copyOf(missed);
    }

    /** It has its slot, where this release was before. */
    Attempt begun(Optional<ReleaseVersion> before) {
        return new Attempt(pairs, held, lacking, acquisitions, missed, failure, before);
    }

    Attempt started(CurrentRun run) {
        boolean round = run.phase() == Phase.ACQUISITION && run.purpose() == Purpose.NORMAL;
        return new Attempt(
                pairs, held, lacking, acquisitions + (round ? 1 : 0), missed, failure, previous);
    }

    Attempt ended(CurrentRun run, PhaseEnded end) {
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
        return new Attempt(
                with(end.results()),
                heldNow,
                lackingNow,
                acquisitions,
                missed,
                end.outcome() == RunOutcome.FAILED ? failedBy(run, end) : failure,
                previous);
    }

    /** The first failure counts; a clean-up that fails is added, since someone must clean up. */
    private Optional<Failure> failedBy(CurrentRun run, PhaseEnded end) {
        String reason = end.reason().orElse("run %s failed".formatted(run.run()));
        if (failure.isEmpty()) {
            return Optional.of(
                    new Failure(
                            run.purpose() == Purpose.CLEANUP
                                    ? "the clean-up failed: " + reason
                                    : reason,
                            FailureSentence.firstFailed(run, end.results())
                                    .map(result -> result.pair().step())));
        }
        return run.phase() == Phase.DEPLOYMENT
                ? failure.map(
                        first ->
                                new Failure(
                                        first.sentence() + "; then the clean-up failed: " + reason,
                                        first.step()))
                : failure;
    }

    private Map<Pair, StepState> with(List<PairResult> results) {
        var more = new HashMap<>(pairs);
        results.forEach(result -> more.put(result.pair(), result.state()));
        return more;
    }

    /** These pairs are to run again. */
    Attempt reopened(Collection<Pair> again) {
        return marked(again, StepState.PENDING);
    }

    /** These pairs have come to such an end. */
    Attempt marked(Collection<Pair> those, StepState state) {
        var changed = new HashMap<>(pairs);
        those.forEach(pair -> changed.put(pair, state));
        return new Attempt(changed, held, lacking, acquisitions, missed, failure, previous);
    }

    /**
     * It goes on after a pause: the targets are matched as if for the first time.
     *
     * @param stale whether what targets hold may be gone by now
     */
    Attempt resumed(boolean stale) {
        return new Attempt(pairs, stale ? Set.of() : held, lacking, 0, missed, failure, previous);
    }

    Attempt failed(Failure why) {
        return new Attempt(pairs, held, lacking, acquisitions, missed, Optional.of(why), previous);
    }

    Attempt missing(TargetId target) {
        var more = new HashSet<>(missed);
        more.add(target);
        return new Attempt(pairs, held, lacking, acquisitions, more, failure, previous);
    }
}
