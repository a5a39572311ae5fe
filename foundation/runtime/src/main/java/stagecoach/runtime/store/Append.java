package stagecoach.runtime.store;

import java.util.List;
import stagecoach.decider.StreamId;

/**
 * What is to be appended to a stream.
 *
 * @param version the stream's last version before it
 */
public record Append(StreamId stream, long version, List<NewEvent> events) {}
