/** The program behind {@code ./stagecoach}: the command line with what a checkout adds to it. */
@NullMarked
package stagecoach.local.launcher;

import org.jspecify.annotations.NullMarked;
