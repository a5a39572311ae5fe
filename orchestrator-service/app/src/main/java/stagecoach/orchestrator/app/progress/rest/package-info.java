/** What is read of deployments over REST; those that decide about them take the orders. */
@NullMarked
package stagecoach.orchestrator.app.progress.rest;

import org.jspecify.annotations.NullMarked;
