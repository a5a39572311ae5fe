package stagecoach.gateway.app.output;

import jakarta.inject.Singleton;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import stagecoach.runtime.logs.LogPublisher;
import stagecoach.vocabulary.identity.Ticket;

/**
 * Brings what tentacles write to {@code stagecoach.logs}. Each session has a lane, in which order
 * is kept; a lane that is too full, or any lane while all together are, should not be given more.
 */
@Singleton
public class LogRelay {
    static final long LANE_MAX_BYTES = 4L * 1024 * 1024;
    static final long ALL_MAX_BYTES = 64L * 1024 * 1024;

    private final LogPublisher publisher;
    private final AtomicLong allBytes = new AtomicLong();

    LogRelay(LogPublisher publisher) {
        this.publisher = publisher;
    }

    /**
     * Opens the lane of a session.
     *
     * @param taken told, in order, up to which chunk a ticket's output is safe in Kafka
     * @param relieved told when a lane that was too full can take more
     * @param failed told with what the lane failed; it goes on with what waits behind that
     */
    public OutputLane open(
            BiConsumer<Ticket, Long> taken, Runnable relieved, Consumer<Throwable> failed) {
        return new OutputLane(publisher::publish, allBytes, taken, relieved, failed);
    }

    /** Bytes that wait in all lanes. */
    public long waitingBytes() {
        return allBytes.get();
    }
}
