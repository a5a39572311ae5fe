/** One process at a time. */
@NullMarked
package stagecoach.local.launcher.process;

import org.jspecify.annotations.NullMarked;
