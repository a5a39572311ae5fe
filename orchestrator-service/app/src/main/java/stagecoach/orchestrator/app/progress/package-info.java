/** The read side: how a deployment goes, as the API tells it. */
@NullMarked
package stagecoach.orchestrator.app.progress;

import org.jspecify.annotations.NullMarked;
