/** Commands for those who run Stagecoach itself. */
@NullMarked
package stagecoach.cli.operation;

import org.jspecify.annotations.NullMarked;
