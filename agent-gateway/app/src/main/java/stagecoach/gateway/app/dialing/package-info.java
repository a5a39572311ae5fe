/** The gateway dials the machines that listen, and begins the same sessions with them. */
@NullMarked
package stagecoach.gateway.app.dialing;

import org.jspecify.annotations.NullMarked;
