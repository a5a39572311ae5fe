package stagecoach.runtime.store;

import java.util.Set;
import stagecoach.decider.StreamId;

/** Another transaction appended to a stream first; whoever decided must look again. */
public final class ConcurrentAppend extends TemporaryFailure {
    private final Set<StreamId> streams;

    /** The loss of a race on one of {@code streams}. */
    public ConcurrentAppend(Set<StreamId> streams, Throwable cause) {
        super(
                "Another appended at the same time to a stream of these: %s.".formatted(streams),
                cause);
        this.streams = Set.copyOf(streams);
    }

    /** Those that were to be appended to; which of them has gone on is not known. */
    public Set<StreamId> streams() {
        return streams;
    }
}
