/**
 * The long-lived process that {@code up} leaves behind: its table, its state file, and the way to
 * talk to it.
 */
@NullMarked
package stagecoach.local.launcher.supervisor;

import org.jspecify.annotations.NullMarked;
