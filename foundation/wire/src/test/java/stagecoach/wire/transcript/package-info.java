/** Conversations of the agent protocol that both ends are held to. */
@NullMarked
package stagecoach.wire.transcript;

import org.jspecify.annotations.NullMarked;
