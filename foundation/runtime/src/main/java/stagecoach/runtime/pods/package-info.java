/** What the processes of one service tell each other. */
@NullMarked
package stagecoach.runtime.pods;

import org.jspecify.annotations.NullMarked;
