/**
 * One table of child processes: who runs, by pid and start time, who is ready, who is started
 * again.
 */
@NullMarked
package stagecoach.local.launcher.process;

import org.jspecify.annotations.NullMarked;
