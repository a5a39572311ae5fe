/**
 * Where commands arrive, wait their turn and are worked on, and what there is to say about them.
 */
@NullMarked
package stagecoach.tentacle.desk;

import org.jspecify.annotations.NullMarked;
