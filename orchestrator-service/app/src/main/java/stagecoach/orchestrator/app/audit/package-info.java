/** The feed of all events: in order, without a gap, each once. */
@NullMarked
package stagecoach.orchestrator.app.audit;

import org.jspecify.annotations.NullMarked;
