/**
 * Who needs what, still: which targets and workers a step runs on, and which packages they lack.
 */
@NullMarked
package stagecoach.orchestrator.needs;

import org.jspecify.annotations.NullMarked;
