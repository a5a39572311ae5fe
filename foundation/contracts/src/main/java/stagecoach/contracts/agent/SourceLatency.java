package stagecoach.contracts.agent;

import stagecoach.vocabulary.identity.CacheId;

/**
 * How far a cache is from a machine.
 *
 * @param millis from the first packet of a connection to the first byte of an answer
 */
public record SourceLatency(CacheId cache, int millis) {}
