/** How a running deployment looks to a person. */
@NullMarked
package stagecoach.cli.watch;

import org.jspecify.annotations.NullMarked;
