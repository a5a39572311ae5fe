/** What was removed from this machine, written down until the gateway knows it. */
@NullMarked
package stagecoach.tentacle.removals;

import org.jspecify.annotations.NullMarked;
