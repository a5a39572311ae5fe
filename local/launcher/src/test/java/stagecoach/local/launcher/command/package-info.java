/** The commands as a person types them. */
@NullMarked
package stagecoach.local.launcher.command;

import org.jspecify.annotations.NullMarked;
