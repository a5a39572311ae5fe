package stagecoach.steprunner.app.secrets;

import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import stagecoach.contracts.internal.KeepOutputs;
import stagecoach.runtime.aggregate.UnitOfWork;

/** Takes what scripts have set and nobody shall see, before the gateway reports their end. */
@Path(KeepOutputs.PATH)
public class SensitiveOutputResource {
    private final UnitOfWork unitOfWork;
    private final SensitiveOutputs outputs;

    SensitiveOutputResource(UnitOfWork unitOfWork, SensitiveOutputs outputs) {
        this.unitOfWork = unitOfWork;
        this.outputs = outputs;
    }

    /** Keeps those of one ticket. */
    @POST
    @RunOnVirtualThread
    public KeepOutputs.Response keep(KeepOutputs.Request request) {
        return new KeepOutputs.Response(
                unitOfWork.run(tx -> outputs.keep(tx, request.ticket(), request.outputs())));
    }
}
