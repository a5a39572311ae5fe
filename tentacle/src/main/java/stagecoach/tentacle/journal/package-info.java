/**
 * What a ticket has been through, on disk before anything happens, and taken up again after a
 * restart.
 */
@NullMarked
package stagecoach.tentacle.journal;

import org.jspecify.annotations.NullMarked;
