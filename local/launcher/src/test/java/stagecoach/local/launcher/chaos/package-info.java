/** Tests of the judge of chaos. */
@NullMarked
package stagecoach.local.launcher.chaos;

import org.jspecify.annotations.NullMarked;
