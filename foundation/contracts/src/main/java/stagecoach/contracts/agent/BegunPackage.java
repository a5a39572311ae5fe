package stagecoach.contracts.agent;

import stagecoach.vocabulary.packages.Sha512;

/**
 * What an interrupted fetch has left of a package on a machine; the next one goes on behind it.
 *
 * @param bytes how many
 */
public record BegunPackage(Sha512 sha512, long bytes) {}
