package stagecoach.local.launcher.chaos.verdict;

import java.util.List;

/**
 * How often the steps of a deployment are started, on each machine and in each attempt, if nothing
 * happens to it but what was to happen.
 */
final class Expected {
    private final List<StepShape> steps;
    private final Course course;

    Expected(Asked one) {
        this.steps = one.steps();
        this.course = one.course();
    }

    /** In all attempts together, by a deployment that succeeded. */
    int inAll(StepShape step, String place) {
        return switch (course) {
            case Course.Straight() -> step.tries();
            case Course.Staged() -> step.eachAttempt() ? 2 * step.tries() : step.tries();
            case Course.Retried(var failing, var machine) ->
                    step.eachAttempt() || fails(step, place, failing, machine)
                            ? 2 * step.tries()
                            : step.tries();
            case Course.Guided(var failing, var machine, var answer) ->
                    guided(step, place, failing, machine, answer);
        };
    }

    private int guided(
            StepShape step, String place, String failing, String machine, Course.Answer answer) {
        boolean fails = fails(step, place, failing, machine);
        return switch (answer) {
            case RETRY -> fails ? 1 + step.tries() : step.tries();
            case IGNORE -> fails ? 1 : step.tries();
            case EXCLUDE -> {
                if (fails) {
                    yield 1;
                }
                yield place.equals(machine) && isBehind(step, failing) ? 0 : step.tries();
            }
        };
    }

    /** In so many attempts together at most, whether it succeeded or not. */
    int most(StepShape step, String place, Asked one) {
        int most = 0;
        for (int attempt = 1; attempt <= one.attempts(); attempt++) {
            most += most(step, place, attempt);
        }
        return Math.min(most, inAll(step, place));
    }

    /** In one attempt, at most. */
    int most(StepShape step, String place, int attempt) {
        return switch (course) {
            case Course.Straight() -> attempt == 1 ? step.tries() : 0;
            case Course.Staged() ->
                    attempt == 2 || (attempt == 1 && step.eachAttempt()) ? step.tries() : 0;
            case Course.Retried(var failing, var _) -> inAttemptOfTwo(step, failing, attempt);
            case Course.Guided _ -> attempt == 1 ? inAll(step, place) : 0;
        };
    }

    /** Elsewhere than where it fails, the step may have had its turn before or after the retry. */
    private int inAttemptOfTwo(StepShape step, String failing, int attempt) {
        if (attempt > 2) {
            return 0;
        }
        if (step.eachAttempt() || step.name().equals(failing)) {
            return step.tries();
        }
        return isBehind(step, failing) == (attempt == 2) ? step.tries() : 0;
    }

    private static boolean fails(StepShape step, String place, String failing, String machine) {
        return step.name().equals(failing) && place.equals(machine);
    }

    private boolean isBehind(StepShape step, String other) {
        return placeOf(step.name()) > placeOf(other);
    }

    private int placeOf(String name) {
        return steps.stream().map(StepShape::name).toList().indexOf(name);
    }
}
