/** Events that did not arrive: who misses them asks, and who owns them publishes them again. */
@NullMarked
package stagecoach.runtime.gap;

import org.jspecify.annotations.NullMarked;
