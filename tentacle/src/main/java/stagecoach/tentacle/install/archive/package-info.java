/** Reads what a package holds in little memory, however many files it has. */
@NullMarked
package stagecoach.tentacle.install.archive;

import org.jspecify.annotations.NullMarked;
