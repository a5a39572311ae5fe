/** Tests of the judge of chaos. */
@NullMarked
package stagecoach.local.launcher.chaos.fault;

import org.jspecify.annotations.NullMarked;
