/** How the central server and a regional cache talk: what to pull, and how the pulling stands. */
@NullMarked
package stagecoach.packages.server.pull;

import org.jspecify.annotations.NullMarked;
