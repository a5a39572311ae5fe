/** What services ask and tell each other about streams. */
@NullMarked
package stagecoach.runtime.streams;

import org.jspecify.annotations.NullMarked;
