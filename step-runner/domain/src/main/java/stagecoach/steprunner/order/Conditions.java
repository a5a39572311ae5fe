package stagecoach.steprunner.order;

import java.util.Optional;
import stagecoach.vocabulary.process.Condition;

/** Whether a step runs, judged by what failed before it. */
public final class Conditions {
    private Conditions() {}

    /**
     * Why a step with this condition is left out, for people; empty if it runs.
     *
     * @param failedBefore whether anything has failed before it
     */
    public static Optional<String> reasonToLeaveOut(Condition condition, boolean failedBefore) {
        return switch (condition) {
            case SUCCESS ->
                    failedBefore
                            ? Optional.of("left out, because something failed before it")
                            : Optional.empty();
            case FAILURE ->
                    failedBefore
                            ? Optional.empty()
                            : Optional.of("left out, because nothing has failed");
            case ALWAYS -> Optional.empty();
        };
    }
}
