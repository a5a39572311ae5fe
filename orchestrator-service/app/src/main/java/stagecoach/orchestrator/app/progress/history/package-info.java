/** What of the read side follows from events alone, so that it can be rebuilt. */
@NullMarked
package stagecoach.orchestrator.app.progress.history;

import org.jspecify.annotations.NullMarked;
