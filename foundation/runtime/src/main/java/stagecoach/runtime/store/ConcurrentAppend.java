package stagecoach.runtime.store;

import stagecoach.decider.StreamId;

/** Another transaction appended to the stream first; whoever decided must look again. */
public final class ConcurrentAppend extends TemporaryFailure {
    private final StreamId stream;

    /** The loss of a race on {@code stream}. */
    public ConcurrentAppend(StreamId stream, Throwable cause) {
        super("Stream %s was appended to by another at the same time.".formatted(stream), cause);
        this.stream = stream;
    }

    /** The stream that was appended to. */
    public StreamId stream() {
        return stream;
    }
}
