/** The connections of tentacles: the agent port, sessions and their epochs, delivery, liveness. */
@NullMarked
package stagecoach.gateway.app.session;

import org.jspecify.annotations.NullMarked;
