package stagecoach.orchestrator.app.deployment.interruption;

import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import stagecoach.orchestrator.app.deployment.row.DeploymentRow;
import stagecoach.orchestrator.app.deployment.row.InterruptionRow;
import stagecoach.orchestrator.app.progress.KnownDeployment;
import stagecoach.runtime.access.Listed;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.vocabulary.identity.DeploymentId;

/** What a deployment has asked people. */
@Path("/api/v1/deployments/{id}/interruptions")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Tag(name = "Releases and deployments")
public class DeploymentInterruptions {
    private final UnitOfWork unitOfWork;

    DeploymentInterruptions(UnitOfWork unitOfWork) {
        this.unitOfWork = unitOfWork;
    }

    /** Lists them, the oldest first. */
    @GET
    @Operation(
            operationId = "listDeploymentInterruptions",
            summary = "List what a deployment has asked people")
    public Listed<InterruptionView> list(String id) {
        DeploymentId deployment = KnownDeployment.id(id);
        return unitOfWork.run(
                tx -> {
                    DeploymentRow asking =
                            tx.find(DeploymentRow.class, deployment.value())
                                    .orElseThrow(() -> KnownDeployment.notFound(id));
                    return new Listed<>(
                            tx
                                    .query(
                                            InterruptionRow.class,
                                            "from InterruptionRow where deployment = ?1 order by raisedAt, run",
                                            id)
                                    .stream()
                                    .map(row -> InterruptionView.of(row, asking))
                                    .toList(),
                            null);
                });
    }
}
