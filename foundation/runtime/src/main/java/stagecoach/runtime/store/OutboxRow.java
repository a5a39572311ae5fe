package stagecoach.runtime.store;

import org.jspecify.annotations.Nullable;

/**
 * A row of {@code outbox} without its {@code id}: the database gives it at insertion, so that ids
 * ascend within a stream across pods.
 *
 * @param payload of a command; an event's data stands in its own row
 */
@SuppressWarnings("ArrayRecordComponent") // written once, never compared
record OutboxRow(
        String stream,
        long version,
        int slot,
        String topic,
        String key,
        String type,
        byte @Nullable [] payload) {}
