/** Rows that are kept for a while only. */
@NullMarked
package stagecoach.runtime.retention;

import org.jspecify.annotations.NullMarked;
