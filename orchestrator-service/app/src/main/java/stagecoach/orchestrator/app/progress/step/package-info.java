/** How each step goes at each place. */
@NullMarked
package stagecoach.orchestrator.app.progress.step;

import org.jspecify.annotations.NullMarked;
