package stagecoach.orchestrator.app.catalog.variables;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.configuration.ConfigurationDocument;
import stagecoach.contracts.configuration.ConfigurationDocument.Role;
import stagecoach.contracts.configuration.ConfigurationEvent.Kind;
import stagecoach.orchestrator.app.catalog.Catalog;
import stagecoach.orchestrator.app.catalog.CatalogStore;
import stagecoach.orchestrator.app.catalog.CatalogThing;
import stagecoach.orchestrator.app.catalog.Use;
import stagecoach.orchestrator.app.catalog.row.VariableSetRow;
import stagecoach.orchestrator.app.catalog.variables.VariablesView.VariableView;
import stagecoach.orchestrator.app.request.KnownNames;
import stagecoach.runtime.access.Listed;
import stagecoach.runtime.access.Needs;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.request.JsonBody;
import stagecoach.runtime.request.PageRequest;
import stagecoach.runtime.request.WriteRequest;
import stagecoach.vocabulary.identity.VariableSetId;
import stagecoach.vocabulary.template.Variable;

/** Variables that projects share: a project names the sets, and its releases hold their values. */
@Path("/api/v1/variable-sets")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Tag(name = "Configuration")
public class VariableSetResource {
    private final Catalog catalog;
    private final Thing thing;

    VariableSetResource(Catalog catalog, CatalogStore store) {
        this.catalog = catalog;
        this.thing = new Thing(store);
    }

    /** Makes or replaces one; releases that were made keep the values that they have. */
    @PUT
    @Path("{id}")
    @Needs(Role.CONFIGURE)
    @Operation(operationId = "putVariableSet", summary = "Make or replace a variable set")
    @RequestBody(
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = VariableSetView.class)))
    @APIResponse(
            responseCode = "201",
            description = "Made",
            content = @Content(schema = @Schema(implementation = VariableSetView.class)))
    @APIResponse(
            responseCode = "200",
            description = "Replaced",
            content = @Content(schema = @Schema(implementation = VariableSetView.class)))
    public RestResponse<VariableSetView> put(
            String id, @BeanParam WriteRequest request, byte @Nullable [] body) {
        return catalog.put(thing, id, body, request);
    }

    /** Reads one, without what is sensitive. */
    @GET
    @Path("{id}")
    @Operation(
            operationId = "getVariableSet",
            summary = "Read a variable set, without sensitive values")
    public RestResponse<VariableSetView> get(String id) {
        return catalog.get(thing, id);
    }

    /** Lists them by id. */
    @GET
    @Operation(
            operationId = "listVariableSets",
            summary = "List variable sets, without sensitive values")
    public Listed<VariableSetView> list(@BeanParam PageRequest page) {
        return catalog.list(thing, page);
    }

    /** Removes one that no project names. */
    @DELETE
    @Path("{id}")
    @Needs(Role.CONFIGURE)
    @Operation(
            operationId = "deleteVariableSet",
            summary = "Remove a variable set that no project names")
    @APIResponse(responseCode = "204", description = "Removed")
    public void delete(String id) {
        catalog.delete(thing, id);
    }

    /** The environments and regions that the scopes of variables name. */
    public static Set<Use> usesOf(List<Variable> variables) {
        Set<Use> uses = new HashSet<>();
        for (Variable variable : variables) {
            variable.scope()
                    .environments()
                    .forEach(id -> uses.add(new Use(Kind.ENVIRONMENT, id.value())));
            variable.scope().regions().forEach(id -> uses.add(new Use(Kind.REGION, id.value())));
        }
        return uses;
    }

    /** A variable set in the API. */
    @Schema(name = "VariableSet")
    @JsonInclude(JsonInclude.Include.ALWAYS)
    public record VariableSetView(
            String id, String name, @Schema(required = true) List<VariableView> variables) {}

    /** What may be said about a variable set. */
    static final class Thing implements CatalogThing<VariableSetRow, VariableSetView> {
        private final CatalogStore store;

        Thing(CatalogStore store) {
            this.store = store;
        }

        @Override
        public Kind kind() {
            return Kind.VARIABLE_SET;
        }

        @Override
        public String noun() {
            return CatalogStore.nounOf(Kind.VARIABLE_SET);
        }

        @Override
        public String path() {
            return "variable-sets";
        }

        @Override
        public Class<VariableSetRow> rowType() {
            return VariableSetRow.class;
        }

        @Override
        public VariableSetRow read(
                String id, JsonBody body, KnownNames names, Optional<VariableSetRow> before) {
            var row = new VariableSetRow();
            row.id = id;
            row.name = Catalog.nameOf(body, id);
            List<Variable> present = before.map(store::variablesOf).orElse(List.of());
            List<Variable> variables = new VariableReader(names, present).read(body);
            if (before.isPresent() && variables.equals(present)) {
                row.variables = before.get().variables;
            } else {
                store.seal(row, variables);
            }
            return row;
        }

        @Override
        public ConfigurationDocument document(VariableSetRow row) {
            return new ConfigurationDocument.VariableSet(new VariableSetId(row.id), row.name);
        }

        @Override
        public Set<Use> uses(VariableSetRow row) {
            return usesOf(store.variablesOf(row));
        }

        @Override
        public List<VariableSetView> views(Tx tx, List<VariableSetRow> rows) {
            return rows.stream()
                    .map(
                            row ->
                                    new VariableSetView(
                                            row.id,
                                            row.name,
                                            VariablesView.of(store.variablesOf(row)).variables()))
                    .toList();
        }
    }
}
