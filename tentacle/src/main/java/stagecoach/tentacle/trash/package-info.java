/** Removes what is needed no more, and lives with what cannot be removed. */
@NullMarked
package stagecoach.tentacle.trash;

import org.jspecify.annotations.NullMarked;
