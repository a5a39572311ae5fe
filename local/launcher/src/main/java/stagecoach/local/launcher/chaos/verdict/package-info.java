/** Judges by the traces that scripts left and by how deployments ended; asks nobody. */
@NullMarked
package stagecoach.local.launcher.chaos.verdict;

import org.jspecify.annotations.NullMarked;
