/** Plays fresh seeds, all kept findings and the planted defects. */
@NullMarked
package stagecoach.simulation;

import org.jspecify.annotations.NullMarked;
