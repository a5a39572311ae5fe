package stagecoach.orchestrator.app.progress.rest;

import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.deployment.DeploymentState;
import stagecoach.orchestrator.app.progress.DeploymentView;
import stagecoach.orchestrator.app.progress.DeploymentViews;
import stagecoach.orchestrator.app.progress.KnownDeployment;
import stagecoach.orchestrator.app.progress.acquisition.AcquisitionViews;
import stagecoach.orchestrator.app.progress.acquisition.AcquisitionViews.AcquisitionsView;
import stagecoach.orchestrator.app.progress.step.StepViews;
import stagecoach.orchestrator.app.progress.step.StepViews.StepView;
import stagecoach.runtime.access.InvalidInput;
import stagecoach.runtime.access.Listed;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.request.PageRequest;
import stagecoach.runtime.request.PlainText;
import stagecoach.vocabulary.identity.DeploymentId;
import stagecoach.vocabulary.identity.Printable;

/** How deployments go: as a whole, step by step, package by package. */
@Path("/api/v1/deployments")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Tag(name = "Deployments")
public class DeploymentsResource {
    private static final List<String> STATES =
            Arrays.stream(DeploymentState.values()).map(Enum::name).toList();

    private final UnitOfWork unitOfWork;
    private final DeploymentViews deployments;

    DeploymentsResource(UnitOfWork unitOfWork, DeploymentViews deployments) {
        this.unitOfWork = unitOfWork;
        this.deployments = deployments;
    }

    /** Lists deployments, the newest first. */
    @GET
    @Operation(operationId = "listDeployments", summary = "List deployments, the newest first")
    public Listed<DeploymentView> list(
            @BeanParam PageRequest page,
            @QueryParam("project") @Nullable String project,
            @QueryParam("environment") @Nullable String environment,
            @Parameter(description = "One or more states") @QueryParam("state")
                    List<String> states) {
        int limit = page.limit();
        long before = page.after().map(DeploymentsResource::numberOf).orElse(Long.MAX_VALUE);
        var filter =
                new DeploymentViews.Filter(
                        PlainText.filter("project", project),
                        PlainText.filter("environment", environment),
                        states.stream()
                                .flatMap(text -> Arrays.stream(text.split(",", -1)))
                                .map(DeploymentsResource::state)
                                .toList());
        return unitOfWork.run(
                tx ->
                        page.page(
                                deployments.newest(tx, filter, before, limit + 1),
                                numbered -> Long.toString(numbered.number()),
                                found ->
                                        found.stream()
                                                .map(DeploymentViews.Numbered::view)
                                                .toList()));
    }

    /** Reads one. */
    @GET
    @Path("{id}")
    @Operation(operationId = "getDeployment", summary = "Read how a deployment stands")
    public DeploymentView get(String id) {
        DeploymentId deployment = KnownDeployment.id(id);
        return unitOfWork.run(
                tx ->
                        deployments
                                .one(tx, deployment)
                                .orElseThrow(() -> KnownDeployment.notFound(id)));
    }

    /** Lists its steps, a row per step, place and run. */
    @GET
    @Path("{id}/steps")
    @Operation(
            operationId = "listDeploymentSteps",
            summary = "List a deployment's steps, a row per step, place and run")
    public Listed<StepView> steps(String id, @BeanParam PageRequest page) {
        DeploymentId deployment = KnownDeployment.id(id);
        int limit = page.limit();
        int after = page.after().map(DeploymentsResource::numberOf).orElse(0L).intValue();
        return unitOfWork.run(
                tx -> {
                    List<StepView> rows =
                            StepViews.of(tx, deployment)
                                    .orElseThrow(() -> KnownDeployment.notFound(id));
                    int end = Math.min(rows.size(), Math.max(0, after) + limit + 1);
                    return page.page(
                            IntStream.range(Math.clamp(after, 0, end), end).boxed().toList(),
                            index -> Integer.toString(index + 1),
                            found -> found.stream().map(rows::get).toList());
                });
    }

    /** Tells how its packages come to caches and targets. */
    @GET
    @Path("{id}/acquisitions")
    @Operation(
            operationId = "getDeploymentAcquisitions",
            summary = "Read how a deployment's packages come to its caches and targets")
    public AcquisitionsView acquisitions(String id) {
        DeploymentId deployment = KnownDeployment.id(id);
        return unitOfWork.run(
                tx -> {
                    KnownDeployment.check(tx, deployment);
                    return AcquisitionViews.of(tx, deployment);
                });
    }

    private static long numberOf(String key) {
        try {
            return Long.parseLong(key);
        } catch (NumberFormatException e) {
            throw PageRequest.foreignCursor();
        }
    }

    /** A state of the API. */
    private static String state(String text) {
        if (STATES.contains(text)) {
            return text;
        }
        throw new InvalidInput(
                "?state",
                "\"%s\" is no state of a deployment: use %s."
                        .formatted(Printable.of(text), String.join(", ", STATES)));
    }
}
