package stagecoach.simulation.engine;

import stagecoach.decider.StreamId;

/**
 * A row of an outbox, and what travels of it.
 *
 * @param key letters with one key stay in their order
 * @param version the event's place in its stream; 0 for a command, which has none
 */
public record Letter(Channel channel, String key, StreamId stream, long version, Object content) {
    /** Where letters travel. */
    public enum Channel {
        DEPLOYMENTS,
        STEPS,
        ACQUISITIONS,
        AGENT_COMMANDS,
        AGENTS
    }
}
