/** What is measured, one command for each bench. */
@NullMarked
package stagecoach.local.launcher.command.bench;

import org.jspecify.annotations.NullMarked;
