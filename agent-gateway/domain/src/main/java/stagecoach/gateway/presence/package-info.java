/** Who is trusted, who is there, and how they are: trust, epochs, silence, health. */
@NullMarked
package stagecoach.gateway.presence;

import org.jspecify.annotations.NullMarked;
