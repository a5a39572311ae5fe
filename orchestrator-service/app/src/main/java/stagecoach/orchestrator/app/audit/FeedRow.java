package stagecoach.orchestrator.app.audit;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** An event with its number. */
@Entity
@Table(name = "feed")
class FeedRow {
    @Id long seq;

    /** The bare name, such as {@code PhaseStarted}. */
    String type = "";

    Instant at = Instant.EPOCH;
    @Nullable String deployment;
    @Nullable String project;
    @Nullable String environment;

    /** The CloudEvent as JSON, as it is told. */
    String event = "";
}
