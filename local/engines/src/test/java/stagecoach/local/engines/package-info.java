/** The engines, really started and really killed. */
@NullMarked
package stagecoach.local.engines;

import org.jspecify.annotations.NullMarked;
