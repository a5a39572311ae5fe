package stagecoach.orchestrator.app.deployment.intake;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.time.Clock;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.configuration.ConfigurationDocument.Role;
import stagecoach.orchestrator.app.catalog.Catalog;
import stagecoach.orchestrator.app.deployment.DeploymentKind;
import stagecoach.orchestrator.app.deployment.row.DeploymentRow;
import stagecoach.orchestrator.app.progress.KnownDeployment;
import stagecoach.orchestrator.app.request.BudgetFields;
import stagecoach.orchestrator.deployment.DeploymentCommand.ChangeBudget;
import stagecoach.runtime.access.Caller;
import stagecoach.runtime.access.Needs;
import stagecoach.runtime.aggregate.Cause;
import stagecoach.runtime.aggregate.CommandHandler;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.request.JsonBody;
import stagecoach.runtime.request.Revision;
import stagecoach.runtime.request.WriteRequest;
import stagecoach.vocabulary.identity.DeploymentId;
import stagecoach.vocabulary.packages.TransferBudget;

/** How much may be brought to caches for a deployment at once, also while it is. */
@Path("/api/v1/deployments/{id}/budget")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Tag(name = "Releases and deployments")
public class DeploymentBudgetResource {
    private final UnitOfWork unitOfWork;
    private final CommandHandler commands;
    private final DeploymentKind kind;
    private final Caller caller;
    private final Clock clock;

    DeploymentBudgetResource(
            UnitOfWork unitOfWork,
            CommandHandler commands,
            DeploymentKind kind,
            Caller caller,
            Clock clock) {
        this.unitOfWork = unitOfWork;
        this.commands = commands;
        this.kind = kind;
        this.caller = caller;
        this.clock = clock;
    }

    /**
     * The budget of a deployment; what is null has no limit.
     *
     * @param bytesPerSecondMax that caches get for this deployment alone, together
     * @param transfersMax packages that caches get for this deployment alone at once
     */
    @Schema(name = "DeploymentBudget")
    @JsonInclude(JsonInclude.Include.ALWAYS)
    public record BudgetView(
            @Schema(nullable = true) @Nullable Long bytesPerSecondMax,
            @Schema(nullable = true) @Nullable Integer transfersMax) {
        static BudgetView of(TransferBudget budget) {
            return new BudgetView(
                    budget.bytesPerSecondMax().orElse(null), budget.transfersMax().orElse(null));
        }
    }

    /** Reads it. */
    @GET
    @Operation(operationId = "getDeploymentBudget", summary = "Read the budget of a deployment")
    public RestResponse<BudgetView> get(String id) {
        DeploymentId deployment = KnownDeployment.id(id);
        return unitOfWork.run(
                tx -> {
                    DeploymentRow row = row(tx, deployment);
                    return Catalog.tagged(
                            new BudgetView(row.bytesPerSecondMax, row.transfersMax),
                            new Revision(row.budgetRevision));
                });
    }

    /** Changes it; transfers under way keep to the new one. */
    @PUT
    @Needs(Role.DEPLOY)
    @Operation(
            operationId = "putDeploymentBudget",
            summary = "Change the budget of a deployment",
            description =
                    "Also while its packages are on their way: their transfers keep to it after about a second. What is left out has no limit; {} takes all limits away. A repeat changes nothing.")
    @RequestBody(
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = BudgetView.class),
                            examples =
                                    @ExampleObject(
                                            name = "in working hours",
                                            value =
                                                    "{\"bytesPerSecondMax\": 5000000, \"transfersMax\": 2}")))
    @APIResponse(
            responseCode = "200",
            description = "It counts",
            content = @Content(schema = @Schema(implementation = BudgetView.class)))
    @APIResponse(responseCode = "409", description = "The deployment has ended")
    public RestResponse<BudgetView> put(
            String id, @BeanParam WriteRequest request, byte @Nullable [] json) {
        Cause cause = Cause.of(clock, caller.actor());
        DeploymentId deployment = KnownDeployment.id(id);
        TransferBudget budget = read(json);
        var change = new ChangeBudget(budget, cause.actor());
        return unitOfWork.run(
                tx -> {
                    long before = row(tx, deployment).budgetRevision;
                    if (request.dryRun) {
                        request.check(new Revision(before), name(deployment));
                        var state = commands.load(tx, kind, DeploymentKind.streamOf(deployment));
                        kind.decider().decide(state, change);
                        return RestResponse.ok(BudgetView.of(budget));
                    }
                    int changes =
                            commands.handle(
                                            tx,
                                            kind,
                                            DeploymentKind.streamOf(deployment),
                                            List.of(change),
                                            cause)
                                    .events()
                                    .size();
                    // Judged behind the append: only now can nobody come in between any more.
                    long now = row(tx, deployment).budgetRevision;
                    request.check(new Revision(now - changes), name(deployment));
                    return Catalog.tagged(BudgetView.of(budget), new Revision(now));
                });
    }

    private static TransferBudget read(byte @Nullable [] json) {
        var body = JsonBody.of(json);
        TransferBudget budget = BudgetFields.read(body);
        body.refuseUnknown();
        body.mistakes().refuseIfAny();
        return budget;
    }

    private static String name(DeploymentId deployment) {
        return "budget of deployment \"%s\"".formatted(deployment);
    }

    private static DeploymentRow row(Tx tx, DeploymentId id) {
        return tx.find(DeploymentRow.class, id.value())
                .orElseThrow(() -> KnownDeployment.notFound(id.value()));
    }
}
