/** A tentacle's work from end to end on one machine, without anyone else. */
@NullMarked
package stagecoach.tentacle.rehearsal;

import org.jspecify.annotations.NullMarked;
