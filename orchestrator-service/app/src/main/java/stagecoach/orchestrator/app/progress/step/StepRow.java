package stagecoach.orchestrator.app.progress.step;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.Table;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.run.StepState;

/** A step at one place in one run. */
@Entity
@Table(name = "step_row")
@IdClass(StepRow.Key.class)
class StepRow {
    /** Which one. */
    record Key(String deployment, int run, String step, String place) {}

    @Id String deployment = "";
    @Id int run;
    @Id String step = "";

    /** The target's id; empty for a step that runs once on a worker, or nowhere. */
    @Id String place = "";

    int position;
    @Nullable String target;
    @Nullable String worker;
    int attempt;
    String state = StepState.PENDING.name();
    @Nullable String ticket;

    @Column(name = "exit_code")
    @Nullable Integer exitCode;

    @Column(name = "started_at")
    @Nullable Instant startedAt;

    @Column(name = "ended_at")
    @Nullable Instant endedAt;

    @Nullable String reason;

    @Column(name = "may_still_run")
    boolean mayStillRun;

    /** Whether an abandoned process is known to have ended after all. */
    boolean settled;
}
