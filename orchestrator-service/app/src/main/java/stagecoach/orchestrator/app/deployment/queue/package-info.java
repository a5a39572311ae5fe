/** Who may not start just now, and how many may be under way at once. */
@NullMarked
package stagecoach.orchestrator.app.deployment.queue;

import org.jspecify.annotations.NullMarked;
