/** What services must agree on about the end of a deployment that is cancelled. */
@NullMarked
package stagecoach.runtime.cancel;

import org.jspecify.annotations.NullMarked;
