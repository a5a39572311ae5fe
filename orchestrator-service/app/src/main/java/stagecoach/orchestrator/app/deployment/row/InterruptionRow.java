package stagecoach.orchestrator.app.deployment.row;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A question that a deployment asks a person, and the answer. */
@Entity
@Table(name = "interruption")
public class InterruptionRow {
    @Id public String id = "";

    @Column(updatable = false)
    public String deployment = "";

    /** A {@link stagecoach.contracts.deployment.DeploymentEvent.InterruptionKind}. */
    @Column(updatable = false)
    public String kind = "";

    @Column(updatable = false)
    public int run;

    @Column(updatable = false)
    public String phase = "";

    /** {@link stagecoach.contracts.run.Pair}s, as JSON. */
    @Column(updatable = false)
    public String pairs = "[]";

    @Column(updatable = false)
    public @Nullable String instructions;

    /** Texts, as JSON; empty means everyone who may deploy. */
    @Column(updatable = false)
    public String roles = "[]";

    /** {@link stagecoach.contracts.deployment.DeploymentEvent.Choice}s, as JSON. */
    @Column(updatable = false)
    public String choices = "[]";

    @Column(name = "raised_at", updatable = false)
    public Instant raisedAt = Instant.EPOCH;

    /** Null while it is open. */
    @Column(name = "resolved_at")
    public @Nullable Instant resolvedAt;

    /** Null while it is open, and if the deployment was cancelled instead. */
    public @Nullable String choice;

    @Column(name = "resolved_by")
    public @Nullable String resolvedBy;

    public @Nullable String notes;
}
