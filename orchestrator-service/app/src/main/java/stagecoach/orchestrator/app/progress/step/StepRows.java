package stagecoach.orchestrator.app.progress.step;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.run.Pair;
import stagecoach.contracts.run.PairResult;
import stagecoach.contracts.run.Place;
import stagecoach.contracts.run.StepAssignment;
import stagecoach.contracts.run.StepAssignment.LeftOut;
import stagecoach.contracts.run.StepState;
import stagecoach.contracts.steprun.StepRunEvent.StepFinished;
import stagecoach.contracts.steprun.StepRunEvent.StepRunStarted;
import stagecoach.contracts.steprun.StepRunEvent.StepSkipped;
import stagecoach.contracts.steprun.StepRunEvent.StepStarted;
import stagecoach.contracts.steprun.StepRunEvent.StepTryFailed;
import stagecoach.orchestrator.app.progress.Warnings;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.vocabulary.identity.RunId;
import stagecoach.vocabulary.identity.Ticket;
import stagecoach.vocabulary.process.UnavailableTargets;

/** The rows of one run, inside one transaction. */
final class StepRows {
    private final Tx tx;
    private final String deployment;
    private final int run;

    StepRows(Tx tx, RunId run) {
        this.tx = tx;
        this.deployment = run.deployment().value();
        this.run = run.run().value();
    }

    /**
     * A row for each place that the run was given and for each target that was left out, and one
     * for a step that has none of both. What an earlier run left for a person to decide about is
     * this run's now, or nobody's.
     */
    void begin(StepRunStarted started, Instant at) {
        tx.executeLater(
                "DELETE FROM step_row WHERE deployment = ?1 AND run < ?2 AND state = 'PENDING'",
                deployment,
                run);
        List<StepRow> rows = new ArrayList<>();
        for (int i = 0; i < started.assignments().size(); i++) {
            StepAssignment assignment = started.assignments().get(i);
            for (Place place : assignment.places()) {
                StepRow row = row(started, i, assignment);
                row.target = place.target().map(Object::toString).orElse(null);
                row.worker = place.worker().map(Object::toString).orElse(null);
                row.place = place.target().map(Object::toString).orElse("");
                rows.add(row);
            }
            for (LeftOut leftOut : assignment.leftOut()) {
                StepRow row = row(started, i, assignment);
                row.target = leftOut.target().value();
                row.place = leftOut.target().value();
                row.state = StepState.SKIPPED.name();
                row.reason = leftOut.reason();
                row.endedAt = at;
                rows.add(row);
            }
            if (assignment.places().isEmpty() && assignment.leftOut().isEmpty()) {
                StepRow row = row(started, i, assignment);
                row.reason = assignment.skip().orElse(null);
                rows.add(row);
            }
            warn(assignment, at);
        }
        tx.insertAll(rows);
    }

    private StepRow row(StepRunStarted started, int position, StepAssignment assignment) {
        var row = new StepRow();
        row.deployment = deployment;
        row.run = run;
        row.step = assignment.step().name().value();
        row.position = position;
        row.attempt = started.attempt();
        return row;
    }

    /** A step that should have run and finds no place is no failure, and must not pass unseen. */
    private void warn(StepAssignment assignment, Instant at) {
        String step = assignment.step().name().value();
        if (assignment.step().skip().isEmpty()) {
            assignment
                    .skip()
                    .ifPresent(reason -> Warnings.add(tx, deployment, step, null, reason, at));
        }
        if (assignment.step().unavailableTargets() == UnavailableTargets.SKIP) {
            for (Place place : assignment.places()) {
                place.unavailable()
                        .ifPresent(
                                reason ->
                                        Warnings.add(
                                                tx,
                                                deployment,
                                                step,
                                                place.target().map(Object::toString).orElse(null),
                                                "left out: " + reason,
                                                at));
            }
        }
    }

    void started(StepStarted started, Instant at) {
        tx.executeLater(
                """
                UPDATE step_row SET state = 'RUNNING', worker = ?5, ticket = ?6,
                    started_at = coalesce(started_at, ?7), reason = NULL, settled = false
                WHERE deployment = ?1 AND run = ?2 AND step = ?3 AND place = ?4""",
                deployment,
                run,
                started.pair().step().value(),
                StepChannel.placeOf(started.pair()),
                started.place().worker().map(Object::toString).orElse(null),
                started.ticket().toString(),
                at);
    }

    void tryFailed(StepTryFailed failed) {
        tx.executeLater(
                """
                UPDATE step_row SET reason = ?5, exit_code = ?6
                WHERE deployment = ?1 AND run = ?2 AND step = ?3 AND place = ?4""",
                deployment,
                run,
                failed.pair().step().value(),
                StepChannel.placeOf(failed.pair()),
                "%s; tried again at %s".formatted(failed.reason(), failed.nextTryAt()),
                failed.exitCode().orElse(null));
    }

    void finished(StepFinished finished, Instant at) {
        if (finished.state() == StepState.SKIPPED) {
            // A health check passed over a machine that did not answer.
            Warnings.add(
                    tx,
                    deployment,
                    finished.pair().step().value(),
                    finished.pair().target().map(Object::toString).orElse(null),
                    "left out: " + finished.reason().orElse("no answer"),
                    at);
        }
        end(
                finished.pair(),
                finished.state(),
                finished.exitCode().orElse(null),
                finished.reason().orElse(null),
                finished.mayStillRun(),
                at);
    }

    void skipped(StepSkipped skipped, Instant at) {
        if (skipped.pairs().isEmpty()) {
            tx.executeLater(
                    """
                    UPDATE step_row SET state = 'SKIPPED', reason = ?4, ended_at = ?5
                    WHERE deployment = ?1 AND run = ?2 AND step = ?3 AND state = 'PENDING'""",
                    deployment,
                    run,
                    skipped.step().value(),
                    skipped.reason(),
                    at);
        }
        for (Pair pair : skipped.pairs()) {
            end(pair, StepState.SKIPPED, null, skipped.reason(), false, at);
        }
    }

    /** What the end of the run says of pairs whose own end was not told. */
    void settle(List<PairResult> results, Instant at) {
        tx.executeLater(
                """
                UPDATE step_row r SET state = s.state, reason = s.reason,
                    may_still_run = s.may_still_run AND NOT r.settled,
                    ended_at = CASE WHEN s.ended THEN ?10::timestamptz END, worker = coalesce(r.worker, s.worker)
                FROM unnest(?3::text[], ?4::text[], ?5::text[], ?6::text[], ?7::boolean[], ?8::boolean[], ?9::text[])
                    AS s (step, place, state, reason, may_still_run, ended, worker)
                WHERE r.deployment = ?1 AND r.run = ?2 AND r.step = s.step AND r.place = s.place
                    AND r.state IN ('PENDING', 'RUNNING')""",
                deployment,
                run,
                texts(results, result -> result.pair().step().value()),
                texts(results, result -> StepChannel.placeOf(result.pair())),
                texts(results, result -> result.state().name()),
                texts(results, result -> result.reason().orElse(null)),
                results.stream().map(PairResult::mayStillRun).toArray(Boolean[]::new),
                results.stream()
                        .map(result -> StepChannel.ended(result.state()))
                        .toArray(Boolean[]::new),
                texts(results, result -> result.worker().map(Object::toString).orElse(null)),
                at);
    }

    private static @Nullable String[] texts(
            List<PairResult> results, Function<PairResult, @Nullable String> column) {
        @Nullable String[] texts = new @Nullable String[results.size()];
        for (int i = 0; i < texts.length; i++) {
            texts[i] = column.apply(results.get(i));
        }
        return texts;
    }

    private void end(
            Pair pair,
            StepState state,
            @Nullable Integer exitCode,
            @Nullable String reason,
            boolean mayStillRun,
            Instant at) {
        tx.executeLater(
                """
                UPDATE step_row SET state = ?5, exit_code = ?6, reason = ?7,
                    may_still_run = ?8 AND NOT settled, ended_at = ?9
                WHERE deployment = ?1 AND run = ?2 AND step = ?3 AND place = ?4""",
                deployment,
                run,
                pair.step().value(),
                StepChannel.placeOf(pair),
                state.name(),
                exitCode,
                reason,
                mayStillRun,
                at);
    }

    /** The late truth about an abandoned process: it has ended after all. */
    static void settled(Tx tx, Ticket ticket) {
        tx.executeLater(
                "UPDATE step_row SET settled = true, may_still_run = false WHERE ticket = ?1",
                ticket.toString());
    }
}
