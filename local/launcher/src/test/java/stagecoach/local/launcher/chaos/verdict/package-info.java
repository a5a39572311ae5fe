/** Tests of the judge of chaos. */
@NullMarked
package stagecoach.local.launcher.chaos.verdict;

import org.jspecify.annotations.NullMarked;
