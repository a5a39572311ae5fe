/** The tentacle's command line. */
@NullMarked
package stagecoach.tentacle;

import org.jspecify.annotations.NullMarked;
