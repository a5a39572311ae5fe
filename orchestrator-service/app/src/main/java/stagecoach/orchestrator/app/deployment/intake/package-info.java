/** What people ask of deployments, judged before anything happens. */
@NullMarked
package stagecoach.orchestrator.app.deployment.intake;

import org.jspecify.annotations.NullMarked;
