/** The way events come in: each handled once, in the order of its stream, or parked in sight. */
@NullMarked
package stagecoach.runtime.inbox;

import org.jspecify.annotations.NullMarked;
