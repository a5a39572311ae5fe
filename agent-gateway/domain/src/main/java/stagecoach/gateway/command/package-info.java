/** The states of a ticket in the mailbox, and what is reported of it, each thing once. */
@NullMarked
package stagecoach.gateway.command;

import org.jspecify.annotations.NullMarked;
