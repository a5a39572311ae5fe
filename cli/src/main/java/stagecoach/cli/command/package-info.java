/** One class per command. */
@NullMarked
package stagecoach.cli.command;

import org.jspecify.annotations.NullMarked;
