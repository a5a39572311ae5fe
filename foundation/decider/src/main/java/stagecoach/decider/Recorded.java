package stagecoach.decider;

import java.time.Instant;

/**
 * An event with its place in history.
 *
 * @param version the event's position in its stream, from 1 without gaps
 * @param at when it was decided
 */
public record Recorded<E>(StreamId stream, long version, Instant at, E event) {}
