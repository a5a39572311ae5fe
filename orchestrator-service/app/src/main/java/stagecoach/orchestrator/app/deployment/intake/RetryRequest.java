package stagecoach.orchestrator.app.deployment.intake;

import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.deployment.DeploymentEvent.RetryFrom;

/** What somebody may say about a retry; only for the OpenAPI document. */
@Schema(name = "RetryRequest")
record RetryRequest(@Nullable RetryFrom from) {}
