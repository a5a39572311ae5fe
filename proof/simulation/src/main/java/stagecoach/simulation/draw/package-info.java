/** What a seed has drawn: a process, machines, deployments and the trouble that befalls them. */
@NullMarked
package stagecoach.simulation.draw;

import org.jspecify.annotations.NullMarked;
