/** The commands of the local default: up, down, status. */
@NullMarked
package stagecoach.local.launcher.command;

import org.jspecify.annotations.NullMarked;
