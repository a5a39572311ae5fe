/**
 * Deployments over REST, their slots, and the reports that move them on. How they are told is for
 * the read side.
 */
@NullMarked
package stagecoach.orchestrator.app.deployment;

import org.jspecify.annotations.NullMarked;
