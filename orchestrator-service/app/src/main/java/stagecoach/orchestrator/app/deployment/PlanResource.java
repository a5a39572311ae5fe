package stagecoach.orchestrator.app.deployment;

import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import stagecoach.contracts.internal.Plan;
import stagecoach.decider.Rejection;
import stagecoach.orchestrator.app.release.PlanStore;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.vocabulary.identity.Digest;

/** Gives the step-runner the plan of a deployment, to the byte that its digest names. */
@Path(Plan.PATH)
@RunOnVirtualThread
public class PlanResource {
    private final UnitOfWork unitOfWork;
    private final PlanStore plans;

    PlanResource(UnitOfWork unitOfWork, PlanStore plans) {
        this.unitOfWork = unitOfWork;
        this.plans = plans;
    }

    /** The plan with this digest; only services may read it, since it holds secrets. */
    @GET
    @Path("{digest}")
    @Produces(MediaType.APPLICATION_JSON)
    @Operation(hidden = true)
    public byte[] get(String digest) {
        return digest(digest)
                .flatMap(known -> unitOfWork.run(tx -> plans.bytes(tx, known)))
                .orElseThrow(() -> Rejection.notFound("There is no plan with this digest."));
    }

    private static Optional<Digest> digest(String text) {
        try {
            return Optional.of(new Digest(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
