package stagecoach.runtime.store;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.Table;
import java.time.Instant;
import org.hibernate.annotations.Immutable;
import org.jspecify.annotations.Nullable;

/**
 * A row of {@code event}. It is written by {@link EventStore}, all of a transaction at once, and
 * mapped all the same: a service without any entity would have no session factory.
 */
@Entity
@Immutable
@Table(name = "event")
@IdClass(EventKey.class)
public class EventRow {
    @Id String stream = "";
    @Id long version;
    String type = "";
    byte[] data = {};
    Instant at = Instant.EPOCH;
    String actor = "";
    @Nullable String causation;
    @Nullable String deployment;
    @Nullable String project;
    @Nullable String environment;

    @Column(name = "run")
    @Nullable Integer run;

    @Nullable String topic;
    @Nullable String key;
}
