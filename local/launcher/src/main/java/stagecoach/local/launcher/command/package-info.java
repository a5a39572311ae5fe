/** The commands of the local default. */
@NullMarked
package stagecoach.local.launcher.command;

import org.jspecify.annotations.NullMarked;
