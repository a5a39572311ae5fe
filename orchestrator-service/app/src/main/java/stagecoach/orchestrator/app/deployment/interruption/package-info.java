/** What deployments ask people, and the answers, over REST. */
@NullMarked
package stagecoach.orchestrator.app.deployment.interruption;

import org.jspecify.annotations.NullMarked;
