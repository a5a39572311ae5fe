package stagecoach.orchestrator.app.deployment.queue;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import stagecoach.orchestrator.app.catalog.row.CatalogRow;

/** A pause: {@link Pause} says what it means. */
@Entity
@Table(name = "deployment_pause")
public class PauseRow implements CatalogRow {
    @Id public String id = "";
    public @Nullable String project;
    public @Nullable String environment;
    public String reason = "";

    /** When it began; a change leaves it as old as it was. */
    public Instant since = Instant.EPOCH;

    /** Who wrote it last. */
    @Column(name = "by_whom")
    public String by = "";

    @Override
    public String id() {
        return id;
    }

    @Override
    public List<@Nullable Object> content() {
        return Arrays.asList(project, environment, reason);
    }
}
