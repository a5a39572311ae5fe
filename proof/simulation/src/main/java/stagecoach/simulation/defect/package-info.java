/** Defects that are planted on purpose, to prove that the simulation would find them. */
@NullMarked
package stagecoach.simulation.defect;

import org.jspecify.annotations.NullMarked;
