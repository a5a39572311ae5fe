package stagecoach.orchestrator.app.catalog.project;

import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
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
import stagecoach.orchestrator.app.catalog.CatalogStore;
import stagecoach.orchestrator.app.catalog.process.ProcessReader;
import stagecoach.orchestrator.app.catalog.process.ProcessView;
import stagecoach.orchestrator.app.catalog.project.ProjectThing.ProjectView;
import stagecoach.orchestrator.app.catalog.row.ProjectRow;
import stagecoach.orchestrator.app.catalog.variables.VariableReader;
import stagecoach.orchestrator.app.catalog.variables.VariablesView;
import stagecoach.orchestrator.app.request.KnownNames;
import stagecoach.runtime.access.Listed;
import stagecoach.runtime.access.Needs;
import stagecoach.runtime.aggregate.Cause;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.request.JsonBody;
import stagecoach.runtime.request.PageRequest;
import stagecoach.runtime.request.WriteRequest;
import stagecoach.vocabulary.identity.ProjectId;
import stagecoach.vocabulary.process.DeploymentProcess;
import stagecoach.vocabulary.template.Variable;
import stagecoach.wire.StagecoachJson;

/** Projects, their processes and their variables; a release is made of what they are then. */
@Path("/api/v1/projects")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Tag(name = "Configuration")
public class ProjectResource {
    private static final String EXAMPLE =
            """
            {"steps": [
              {"name": "open-tunnel", "kind": "SCRIPT", "phase": "PRE_ACQUISITION",
               "runOn": {"workerPool": "hq"},
               "script": {"syntax": "BASH", "body": "./tunnel.sh up"}},
              {"name": "web", "kind": "PACKAGE", "runOn": {"tags": ["web"]},
               "package": {"feed": "built-in", "id": "Shop.Web"},
               "install": {"substituteIn": ["**/*.properties"]},
               "rolling": {"window": 2}}]}""";

    private final Catalog catalog;
    private final CatalogStore store;
    private final UnitOfWork unitOfWork;
    private final ProjectThing thing;

    ProjectResource(Catalog catalog, CatalogStore store, UnitOfWork unitOfWork) {
        this.catalog = catalog;
        this.store = store;
        this.unitOfWork = unitOfWork;
        this.thing = new ProjectThing(store);
    }

    /** Makes or replaces one; its process and variables stay. */
    @PUT
    @Path("{id}")
    @Needs(Role.CONFIGURE)
    @Operation(operationId = "putProject", summary = "Make or replace a project")
    @RequestBody(
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = ProjectView.class)))
    @APIResponse(
            responseCode = "201",
            description = "Made",
            content = @Content(schema = @Schema(implementation = ProjectView.class)))
    @APIResponse(
            responseCode = "200",
            description = "Replaced",
            content = @Content(schema = @Schema(implementation = ProjectView.class)))
    public RestResponse<ProjectView> put(
            String id, @BeanParam WriteRequest request, byte @Nullable [] body) {
        return catalog.put(thing, id, body, request);
    }

    /** Reads one. */
    @GET
    @Path("{id}")
    @Operation(operationId = "getProject", summary = "Read a project")
    public RestResponse<ProjectView> get(String id) {
        return catalog.get(thing, id);
    }

    /** Lists them by id. */
    @GET
    @Operation(operationId = "listProjects", summary = "List projects")
    public Listed<ProjectView> list(@BeanParam PageRequest page) {
        return catalog.list(thing, page);
    }

    /** Removes one that is not being deployed. */
    @DELETE
    @Path("{id}")
    @Needs(Role.CONFIGURE)
    @Operation(operationId = "deleteProject", summary = "Remove a project that is not in use")
    @APIResponse(responseCode = "204", description = "Removed")
    public void delete(String id) {
        catalog.delete(thing, id);
    }

    /** Replaces a project's process; releases that were made keep theirs. */
    @PUT
    @Path("{id}/process")
    @Needs(Role.CONFIGURE)
    @Operation(operationId = "putProcess", summary = "Replace a project's process")
    @RequestBody(
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = ProcessView.class),
                            examples =
                                    @ExampleObject(
                                            name = "a tunnel, then a package",
                                            value = EXAMPLE)))
    public RestResponse<ProcessView> putProcess(
            String id, @BeanParam WriteRequest request, byte @Nullable [] body) {
        return change(
                id,
                request,
                (names, row) -> {
                    DeploymentProcess process = new ProcessReader(names).read(JsonBody.of(body));
                    row.process = StagecoachJson.text(process);
                    return ProcessView.of(process);
                });
    }

    /** Reads a project's process. */
    @GET
    @Path("{id}/process")
    @Operation(operationId = "getProcess", summary = "Read a project's process")
    public RestResponse<ProcessView> getProcess(String id) {
        return read(id, row -> ProcessView.of(store.processOf(row)));
    }

    /** Replaces a project's variables; releases that were made keep theirs. */
    @PUT
    @Path("{id}/variables")
    @Needs(Role.CONFIGURE)
    @Operation(operationId = "putProjectVariables", summary = "Replace a project's variables")
    @RequestBody(
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = VariablesView.class)))
    public RestResponse<VariablesView> putVariables(
            String id, @BeanParam WriteRequest request, byte @Nullable [] body) {
        return change(
                id,
                request,
                (names, row) -> {
                    List<Variable> before = store.variablesOf(row);
                    List<Variable> after =
                            new VariableReader(names, before).read(JsonBody.of(body));
                    if (!after.equals(before)) {
                        store.seal(row, after);
                    }
                    return VariablesView.of(after);
                });
    }

    /** Reads a project's variables, without what is sensitive. */
    @GET
    @Path("{id}/variables")
    @Operation(
            operationId = "getProjectVariables",
            summary = "Read a project's variables, without sensitive values")
    public RestResponse<VariablesView> getVariables(String id) {
        return read(id, row -> VariablesView.of(store.variablesOf(row)));
    }

    /** A part of a project's row, with the revision of the whole project. */
    private <V> RestResponse<V> read(String id, Function<ProjectRow, V> part) {
        return unitOfWork.run(
                tx ->
                        Catalog.tagged(
                                part.apply(catalog.find(tx, thing, id)),
                                catalog.revision(tx, thing, id)));
    }

    /**
     * Changes a part of a project's row, and tells it if that part is another one now.
     *
     * @param part writes into the row and gives the view
     */
    private <V> RestResponse<V> change(
            String id, WriteRequest request, BiFunction<KnownNames, ProjectRow, V> part) {
        Cause cause = catalog.cause();
        return unitOfWork.run(
                tx -> {
                    if (!request.dryRun) {
                        store.lock(tx);
                    }
                    ProjectRow row = row(tx, id, request);
                    request.check(catalog.revision(tx, thing, id), Catalog.name(thing, id));
                    String process = row.process;
                    byte[] variables = row.variables;
                    V view = part.apply(store.names(tx).assuming(request.assumed()), row);
                    boolean changed =
                            !row.process.equals(process)
                                    || !Arrays.equals(row.variables, variables);
                    if (changed && !request.dryRun) {
                        catalog.tell(tx, thing, row, cause);
                        tx.update(row);
                        store.writeUses(tx, thing.kind(), id, thing.uses(row));
                    }
                    return Catalog.tagged(view, catalog.revision(tx, thing, id));
                });
    }

    /** The project's row; an empty one if it is only about to be made. */
    private ProjectRow row(Tx tx, String id, WriteRequest request) {
        if (request.assumed().contains("projects/" + id)
                && !store.projectExists(tx, new ProjectId(id))) {
            var row = new ProjectRow();
            row.id = id;
            row.process = StagecoachJson.text(DeploymentProcess.EMPTY);
            store.seal(row, List.of());
            return row;
        }
        return catalog.find(tx, thing, id);
    }
}
