/**
 * Scripts, health checks and upgrades of tentacles that somebody runs once, as deployments without
 * a project.
 */
@NullMarked
package stagecoach.orchestrator.app.deployment.adhoc;

import org.jspecify.annotations.NullMarked;
