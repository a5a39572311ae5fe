/** Server-sent events from tables: what is there, then what comes. */
@NullMarked
package stagecoach.orchestrator.app.live;

import org.jspecify.annotations.NullMarked;
