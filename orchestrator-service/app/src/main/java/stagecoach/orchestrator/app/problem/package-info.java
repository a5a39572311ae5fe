/** What refusals mean: a page for each kind, and a sentence for what is not there yet. */
@NullMarked
package stagecoach.orchestrator.app.problem;

import org.jspecify.annotations.NullMarked;
