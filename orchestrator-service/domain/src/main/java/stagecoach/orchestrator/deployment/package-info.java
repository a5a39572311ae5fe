/** The rules of a deployment: phases, runs, attempts, cancel and retry, as events. */
@NullMarked
package stagecoach.orchestrator.deployment;

import org.jspecify.annotations.NullMarked;
