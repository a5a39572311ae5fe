package stagecoach.packages.keeping;

import java.time.Instant;
import stagecoach.vocabulary.packages.PackagePin;

/**
 * A package in the feed.
 *
 * @param usedAt when it was last pushed, read or asked for
 * @param leased whether something that is kept or open needs it
 */
public record Stored(PackagePin pin, Instant usedAt, boolean leased) {}
