package stagecoach.runtime.store;

/** The key of an outbox row besides its id. */
record OutboxKey(String stream, long version, int slot) {}
