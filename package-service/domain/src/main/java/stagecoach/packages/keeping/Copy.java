package stagecoach.packages.keeping;

import java.time.Instant;
import stagecoach.vocabulary.packages.PackagePin;

/**
 * A package in a cache.
 *
 * @param usedAt when it was last brought there, or read by a target
 * @param stored whether the server keeps it
 * @param needed whether a deployment that has not ended needs it, wherever
 * @param released whether a release that is kept has pinned it
 */
public record Copy(
        PackagePin pin, Instant usedAt, boolean stored, boolean needed, boolean released) {}
