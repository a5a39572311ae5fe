/** What is done to the processes of a local default, drawn from a seed. */
@NullMarked
package stagecoach.local.launcher.chaos.fault;

import org.jspecify.annotations.NullMarked;
