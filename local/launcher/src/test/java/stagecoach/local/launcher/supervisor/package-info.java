/** The supervisor over real processes that crash, dawdle and refuse to end. */
@NullMarked
package stagecoach.local.launcher.supervisor;

import org.jspecify.annotations.NullMarked;
