/** What operators can do about events that could not be handled. */
@NullMarked
package stagecoach.runtime.parked;

import org.jspecify.annotations.NullMarked;
