package stagecoach.runtime.store;

/** The key of an event. */
record EventKey(String stream, long version) {}
