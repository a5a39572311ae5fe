/** The edge before small servers that misbehave on purpose. */
@NullMarked
package stagecoach.local.launcher.edge;

import org.jspecify.annotations.NullMarked;
