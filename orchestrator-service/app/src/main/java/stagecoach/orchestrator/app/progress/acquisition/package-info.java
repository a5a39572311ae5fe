/** How each package comes to each cache and target. */
@NullMarked
package stagecoach.orchestrator.app.progress.acquisition;

import org.jspecify.annotations.NullMarked;
