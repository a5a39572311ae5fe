package stagecoach.steprunner.app.secrets;

import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import java.util.List;
import stagecoach.contracts.internal.ReadPayloads;
import stagecoach.runtime.access.FieldError;
import stagecoach.runtime.access.InvalidInput;
import stagecoach.runtime.aggregate.UnitOfWork;

/** Gives the gateway the payloads of commands that it is about to deliver. */
@Path(ReadPayloads.PATH)
public class PayloadResource {
    private static final int TICKETS_MAX = 100;

    private final UnitOfWork unitOfWork;
    private final Payloads payloads;

    PayloadResource(UnitOfWork unitOfWork, Payloads payloads) {
        this.unitOfWork = unitOfWork;
        this.payloads = payloads;
    }

    /** The payloads of those tickets that are open. */
    @POST
    @RunOnVirtualThread
    public ReadPayloads.Response read(ReadPayloads.Request request) {
        if (request.tickets().size() > TICKETS_MAX) {
            throw new InvalidInput(
                    List.of(
                            new FieldError(
                                    "/tickets",
                                    "has %d tickets; ask for at most %d at once"
                                            .formatted(request.tickets().size(), TICKETS_MAX))));
        }
        return new ReadPayloads.Response(
                unitOfWork.run(tx -> payloads.read(tx, request.tickets())));
    }
}
