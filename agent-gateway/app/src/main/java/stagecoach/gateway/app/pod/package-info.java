/** The gateway process that this is. */
@NullMarked
package stagecoach.gateway.app.pod;

import org.jspecify.annotations.NullMarked;
