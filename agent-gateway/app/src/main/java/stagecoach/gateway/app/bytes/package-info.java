/** Package bytes for tentacles that read through the server, on a port of their own. */
@NullMarked
package stagecoach.gateway.app.bytes;

import org.jspecify.annotations.NullMarked;
