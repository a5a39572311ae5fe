/** Commands that wait for their tentacle, and what is reported of them. */
@NullMarked
package stagecoach.gateway.app.mailbox;

import org.jspecify.annotations.NullMarked;
