/** What happened, in sentences. */
@NullMarked
package stagecoach.simulation.tale;

import org.jspecify.annotations.NullMarked;
