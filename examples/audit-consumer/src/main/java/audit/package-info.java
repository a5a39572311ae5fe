/** Who deployed what where when with which packages, from the events of Stagecoach. */
@NullMarked
package audit;

import org.jspecify.annotations.NullMarked;
