package stagecoach.orchestrator.app.catalog.project;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.configuration.ConfigurationDocument;
import stagecoach.contracts.configuration.ConfigurationEvent.Kind;
import stagecoach.orchestrator.app.catalog.Catalog;
import stagecoach.orchestrator.app.catalog.CatalogStore;
import stagecoach.orchestrator.app.catalog.CatalogThing;
import stagecoach.orchestrator.app.catalog.Use;
import stagecoach.orchestrator.app.catalog.row.ProjectRow;
import stagecoach.orchestrator.app.catalog.variables.VariableSetResource;
import stagecoach.orchestrator.app.request.KnownNames;
import stagecoach.orchestrator.release.AdHoc;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.request.JsonBody;
import stagecoach.runtime.request.PlainText;
import stagecoach.vocabulary.identity.EnvironmentId;
import stagecoach.vocabulary.identity.FeedId;
import stagecoach.vocabulary.identity.ProjectId;
import stagecoach.vocabulary.identity.VariableSetId;
import stagecoach.vocabulary.process.Action;
import stagecoach.vocabulary.process.DeploymentProcess;
import stagecoach.vocabulary.process.RunOn;
import stagecoach.vocabulary.process.Step;
import stagecoach.wire.StagecoachJson;

/** What may be said about a project; its process and variables are read by readers of their own. */
final class ProjectThing implements CatalogThing<ProjectRow, ProjectThing.ProjectView> {
    private static final int DESCRIPTION_MAX = 10_000;

    private final CatalogStore store;

    ProjectThing(CatalogStore store) {
        this.store = store;
    }

    /**
     * A project in the API.
     *
     * @param lifecycle phases in order, each with its environments; a release goes to a phase when
     *     it has succeeded everywhere before it
     * @param variableSets variables that it shares with others, the first one before the next
     */
    @Schema(name = "Project")
    @JsonInclude(JsonInclude.Include.ALWAYS)
    public record ProjectView(
            String id,
            String name,
            @Schema(nullable = true) @Nullable String description,
            @Schema(nullable = true) @Nullable List<List<String>> lifecycle,
            List<String> variableSets) {}

    @Override
    public Kind kind() {
        return Kind.PROJECT;
    }

    @Override
    public String noun() {
        return CatalogStore.nounOf(Kind.PROJECT);
    }

    @Override
    public String path() {
        return "projects";
    }

    @Override
    public Class<ProjectRow> rowType() {
        return ProjectRow.class;
    }

    @Override
    public ProjectRow read(
            String id, JsonBody body, KnownNames names, Optional<ProjectRow> before) {
        var row = new ProjectRow();
        row.id = id;
        row.name = Catalog.nameOf(body, id);
        if (AdHoc.isReserved(new ProjectId(id))) {
            body.mistake(
                    "id",
                    "\"%s\" is what runs without a project are listed under. Choose another id."
                            .formatted(id));
        }
        row.description = body.text("description").orElse(null);
        if (row.description != null && row.description.length() > DESCRIPTION_MAX) {
            body.mistake("description", "A description has at most 10000 characters.");
        }
        if (row.description != null) {
            PlainText.checkLines(body, "description", row.description);
        }
        row.lifecycle = LifecycleReader.read(body, names);
        List<String> sets =
                body.list("variableSets", VariableSetId::new).orElse(List.of()).stream()
                        .map(VariableSetId::value)
                        .toList();
        KnownNames.check(body, "variableSets", "variable set", sets, names.variableSets());
        if (sets.stream().distinct().count() < sets.size()) {
            body.mistake("variableSets", "A variable set stands here twice. Remove one.");
        }
        row.variableSets = StagecoachJson.text(sets);
        if (before.isPresent()) {
            row.process = before.get().process;
            row.variables = before.get().variables;
        } else {
            row.process = StagecoachJson.text(DeploymentProcess.EMPTY);
            store.seal(row, List.of());
        }
        return row;
    }

    @Override
    public ConfigurationDocument document(ProjectRow row) {
        return new ConfigurationDocument.Project(new ProjectId(row.id), row.name);
    }

    @Override
    public Set<Use> uses(ProjectRow row) {
        Set<Use> uses = new HashSet<>();
        LifecycleReader.of(row.lifecycle).phases().forEach(phase -> environments(uses, phase));
        for (Step step : store.processOf(row).all()) {
            environments(uses, step.environments());
            environments(uses, step.excludeEnvironments());
            switch (step.runOn()) {
                case RunOn.Targets _ -> {}
                case RunOn.NoMachine _ -> {}
                case RunOn.Worker worker ->
                        uses.add(new Use(Kind.WORKER_POOL, worker.workerPool().value()));
                case RunOn.OnBehalfOf behalf ->
                        uses.add(new Use(Kind.WORKER_POOL, behalf.workerPool().value()));
            }
            step.action().neededPackages().stream()
                    .map(Action.PackageReference::feed)
                    .filter(feed -> !feed.equals(FeedId.BUILT_IN))
                    .forEach(feed -> uses.add(new Use(Kind.FEED, feed.value())));
        }
        uses.addAll(VariableSetResource.usesOf(store.variablesOf(row)));
        CatalogStore.listOf(row.variableSets, VariableSetId::new)
                .forEach(set -> uses.add(new Use(Kind.VARIABLE_SET, set.value())));
        return uses;
    }

    @Override
    public List<ProjectView> views(Tx tx, List<ProjectRow> rows) {
        return rows.stream()
                .map(
                        row ->
                                new ProjectView(
                                        row.id,
                                        row.name,
                                        row.description,
                                        LifecycleReader.phases(row.lifecycle).orElse(null),
                                        CatalogStore.listOf(row.variableSets, id -> id)))
                .toList();
    }

    @Override
    public List<String> usersElsewhere(Tx tx, String id) {
        return CatalogStore.deploymentsAndPauses(tx, "project", id);
    }

    private static void environments(Set<Use> uses, List<EnvironmentId> ids) {
        ids.forEach(id -> uses.add(new Use(Kind.ENVIRONMENT, id.value())));
    }
}
