/** Asking a URL until it answers as it should. */
@NullMarked
package stagecoach.tentacle.check;

import org.jspecify.annotations.NullMarked;
