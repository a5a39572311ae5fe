package stagecoach.packages.keeping;

import stagecoach.contracts.packages.PackageEvent.Why;

/**
 * A package that may go.
 *
 * @param reason in words
 */
public record Going(Stored stored, Why why, String reason) {}
