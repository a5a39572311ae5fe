/** Read models and how they are rebuilt from the feed of events while they serve. */
@NullMarked
package stagecoach.orchestrator.app.projection;

import org.jspecify.annotations.NullMarked;
