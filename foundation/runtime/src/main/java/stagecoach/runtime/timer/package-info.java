/** Timers of streams: due, then a command. */
@NullMarked
package stagecoach.runtime.timer;

import org.jspecify.annotations.NullMarked;
