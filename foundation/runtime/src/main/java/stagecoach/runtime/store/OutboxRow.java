package stagecoach.runtime.store;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.Table;
import org.hibernate.annotations.Immutable;
import org.jspecify.annotations.Nullable;

/**
 * A row of {@code outbox} without its {@code id}: the database gives it at insertion, so that ids
 * ascend within a stream across pods, and rows can be inserted in batches.
 */
@Entity
@Immutable
@Table(name = "outbox")
@IdClass(OutboxKey.class)
public class OutboxRow {
    @Id String stream = "";
    @Id long version;
    @Id int slot;
    String topic = "";
    String key = "";
    String type = "";
    byte @Nullable [] payload;
}
