package stagecoach.orchestrator.app.release;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A release as lists show it; what it is made of lies sealed under its digest. */
@Entity
@Table(name = "release")
public class ReleaseRow {
    /** {@code <project>:<version>}. */
    @Id public String id = "";

    public String project = "";
    public String version = "";

    @Column(name = "snapshot_digest")
    public String snapshotDigest = "";

    /** {@link ReleaseView.PackageView}s, as JSON. */
    public String packages = "[]";

    public @Nullable String notes;

    @Column(name = "created_at")
    public Instant createdAt = Instant.EPOCH;

    @Column(name = "created_by")
    public String createdBy = "";
}
