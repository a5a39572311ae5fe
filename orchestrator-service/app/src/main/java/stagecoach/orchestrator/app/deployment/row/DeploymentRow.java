package stagecoach.orchestrator.app.deployment.row;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.deployment.DeploymentState;

/** A deployment as it stands. */
@Entity
@Table(name = "deployment")
public class DeploymentRow {
    @Id public String id = "";

    /** Newest last. */
    @Column(updatable = false)
    public long number;

    @Column(updatable = false)
    public String project = "";

    @Column(updatable = false)
    public String release = "";

    @Column(updatable = false)
    public String environment = "";

    /** A {@link DeploymentState}. */
    public String state = DeploymentState.QUEUED.name();

    public int attempt = 1;

    @Column(name = "plan_digest", updatable = false)
    public String planDigest = "";

    /** The outline: {@link stagecoach.contracts.run.PlannedStep}s, as JSON. */
    @Column(updatable = false)
    public String steps = "[]";

    /** A {@link stagecoach.contracts.deployment.Selection}, as JSON. */
    @Column(updatable = false)
    public String selection = "{}";

    @Column(name = "force_download", updatable = false)
    public boolean forceDownload;

    @Column(name = "bytes_per_second_max")
    public @Nullable Long bytesPerSecondMax;

    @Column(name = "transfers_max")
    public @Nullable Integer transfersMax;

    /** How often the budget was set, its creation included. */
    @Column(name = "budget_revision")
    public long budgetRevision;

    @Column(name = "not_before", updatable = false)
    public @Nullable Instant notBefore;

    @Column(name = "not_after", updatable = false)
    public @Nullable Instant notAfter;

    @Column(name = "acquire_only", updatable = false)
    public boolean acquireOnly;

    @Column(name = "guided_failure", updatable = false)
    public boolean guidedFailure;

    @Column(updatable = false)
    public @Nullable String comment;

    /** Who asked for it; written once, by the one who hands it in. */
    @Column(name = "created_by", updatable = false)
    public String createdBy = "";

    @Column(name = "created_at", updatable = false)
    public Instant createdAt = Instant.EPOCH;

    /** Its place in the queue while it is QUEUED. */
    @Column(name = "queue_number")
    public @Nullable Long queueNumber;

    /** When it begins to wait for its slot; null if it does. */
    @Column(name = "due_at")
    public @Nullable Instant dueAt;

    /** When the present attempt began to wait. */
    @Column(name = "queued_at")
    public Instant queuedAt = Instant.EPOCH;

    /** Why it could not be started when its turn came, and was put aside. */
    @Column(name = "start_trouble")
    public @Nullable String startTrouble;

    /** When it is in line again after that. */
    @Column(name = "start_again_at")
    public @Nullable Instant startAgainAt;

    /** When the first attempt got its slot. */
    @Column(name = "started_at")
    public @Nullable Instant startedAt;

    /** When the newest attempt ended; null while anything may happen. */
    @Column(name = "ended_at")
    public @Nullable Instant endedAt;

    public @Nullable String failure;

    /** {@link stagecoach.contracts.run.Pair}s, as JSON. */
    @Column(name = "may_still_run")
    public String mayStillRun = "[]";

    /** Machines that the next run waits for, each with its reason: texts, as JSON. */
    public @Nullable String awaited;

    @Column(name = "awaited_until")
    public @Nullable Instant awaitedUntil;

    @Column(name = "cancelled_by")
    public @Nullable String cancelledBy;

    /** How it stands. */
    public DeploymentState state() {
        return DeploymentState.valueOf(state);
    }
}
