/** Time, transport and the write path of a service, in memory and drawn from a seed. */
@NullMarked
package stagecoach.simulation.engine;

import org.jspecify.annotations.NullMarked;
