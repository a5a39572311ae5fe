package stagecoach.orchestrator.app.progress.log;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.Table;
import org.jspecify.annotations.Nullable;

/** A chunk of a command's output, as it came. */
@Entity
@Table(name = "log_chunk")
@IdClass(LogChunk.Key.class)
class LogChunk {
    /** Which one. */
    record Key(String ticket, long chunk) {}

    @Id String ticket = "";
    @Id long chunk;
    String deployment = "";

    @Column(name = "first_seq")
    long firstSeq;

    @Column(name = "last_seq")
    long lastSeq;

    int run;
    @Nullable String step;
    @Nullable String target;

    /** JSON. */
    String lines = "";
}
