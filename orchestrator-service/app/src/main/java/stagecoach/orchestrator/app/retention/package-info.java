/** How long what has ended is kept, and the deployments that are kept no longer. */
@NullMarked
package stagecoach.orchestrator.app.retention;

import org.jspecify.annotations.NullMarked;
