package stagecoach.contracts.run;

import java.util.Optional;
import stagecoach.vocabulary.identity.WorkerId;

/**
 * How a pair ended.
 *
 * @param worker the worker that did the work, if one did
 * @param reason for people, unless it succeeded
 * @param mayStillRun whether an abandoned process may still be at work there
 */
public record PairResult(
        Pair pair,
        Optional<WorkerId> worker,
        StepState state,
        Optional<String> reason,
        boolean mayStillRun) {}
