/** Packages by their digest: fetched from the nearest source that has them, verified, kept. */
@NullMarked
package stagecoach.tentacle.packages;

import org.jspecify.annotations.NullMarked;
