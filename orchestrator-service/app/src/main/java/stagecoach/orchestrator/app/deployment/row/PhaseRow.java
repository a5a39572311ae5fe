package stagecoach.orchestrator.app.deployment.row;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.Table;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A phase run of a deployment. */
@Entity
@Table(name = "deployment_phase")
@IdClass(PhaseRow.Key.class)
public class PhaseRow {
    /** How a run stands that has not ended. */
    public static final String RUNNING = "RUNNING";

    /** Which one. */
    public record Key(String deployment, int run) {}

    @Id public String deployment = "";
    @Id public int run;
    public int attempt;
    public String phase = "";
    public String purpose = "";

    /** {@link #RUNNING}, or a {@link stagecoach.contracts.run.RunOutcome}. */
    public String state = RUNNING;

    @Column(name = "started_at")
    public Instant startedAt = Instant.EPOCH;

    @Column(name = "ended_at")
    public @Nullable Instant endedAt;

    public @Nullable String reason;
}
