/** What tentacles send, from WebSocket frames to the records of the protocol. */
@NullMarked
package stagecoach.gateway.app.session.frame;

import org.jspecify.annotations.NullMarked;
