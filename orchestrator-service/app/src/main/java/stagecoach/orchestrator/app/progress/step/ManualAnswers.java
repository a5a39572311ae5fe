package stagecoach.orchestrator.app.progress.step;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.run.StepState;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.sql.SqlRow;
import stagecoach.vocabulary.identity.DeploymentId;

/**
 * How people answered the manual interventions of a deployment, by the runs that came to them. The
 * step-runner knows nothing of answers: to it the step was only reached.
 */
final class ManualAnswers {
    private final Map<Integer, Answered> byRun = new HashMap<>();

    /**
     * A question to a person.
     *
     * @param state of the step: RUNNING while nobody has answered
     */
    record Answered(
            StepState state,
            @Nullable Instant askedAt,
            @Nullable Instant answeredAt,
            @Nullable String reason) {}

    private ManualAnswers() {}

    static ManualAnswers of(Tx tx, DeploymentId deployment) {
        var answers = new ManualAnswers();
        for (var row :
                tx.select(
                        """
                        SELECT run, raised_at, resolved_at, choice, resolved_by, notes FROM interruption
                        WHERE deployment = ?1 AND kind = 'MANUAL_INTERVENTION'""",
                        deployment.value())) {
            answers.byRun.put(row.whole(0), answered(row));
        }
        return answers;
    }

    private static Answered answered(SqlRow row) {
        var asked = row.optionalInstant(1).orElse(null);
        var answered = row.optionalInstant(2).orElse(null);
        if (answered == null) {
            return new Answered(StepState.RUNNING, asked, null, "waits for an answer");
        }
        Optional<String> choice = row.optionalText(3);
        if (choice.isEmpty()) {
            return new Answered(
                    StepState.CANCELLED, asked, answered, "cancelled before anybody answered");
        }
        String notes = row.optionalText(5).map(text -> ": " + text).orElse("");
        return new Answered(
                choice.get().equals("PROCEED") ? StepState.SUCCEEDED : StepState.FAILED,
                asked,
                answered,
                "%s answered %s%s".formatted(row.optionalText(4).orElse(""), choice.get(), notes));
    }

    /** What came of the intervention that this run reached; empty if no question is known yet. */
    Optional<Answered> of(int run) {
        return Optional.ofNullable(byRun.get(run));
    }
}
