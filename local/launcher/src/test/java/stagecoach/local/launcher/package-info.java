/** The door itself. */
@NullMarked
package stagecoach.local.launcher;

import org.jspecify.annotations.NullMarked;
