/** The rows about deployments, written in the transaction of their events. */
@NullMarked
package stagecoach.orchestrator.app.deployment.row;

import org.jspecify.annotations.NullMarked;
