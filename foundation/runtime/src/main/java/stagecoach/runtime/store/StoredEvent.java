package stagecoach.runtime.store;

import java.time.Instant;

/** An event as it was read. */
@SuppressWarnings("ArrayRecordComponent") // handed on once, never compared
public record StoredEvent(long version, String type, byte[] data, Instant at) {}
