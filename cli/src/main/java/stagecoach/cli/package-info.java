/** The command line that people and build servers use; it speaks nothing but the public API. */
@NullMarked
package stagecoach.cli;

import org.jspecify.annotations.NullMarked;
