package stagecoach.orchestrator.app.deployment.queue;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import stagecoach.contracts.configuration.ConfigurationDocument;
import stagecoach.contracts.configuration.ConfigurationEvent.Kind;
import stagecoach.orchestrator.app.catalog.CatalogStore;
import stagecoach.orchestrator.app.catalog.CatalogThing;
import stagecoach.orchestrator.app.catalog.Use;
import stagecoach.orchestrator.app.request.KnownNames;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.request.JsonBody;
import stagecoach.runtime.request.PlainText;
import stagecoach.vocabulary.identity.EnvironmentId;
import stagecoach.vocabulary.identity.ProjectId;

/**
 * What may be said about a pause; whether its project exists, who wrote it and since when it lasts
 * is for {@link PauseResource}. A project or environment that a pause names is not removed.
 */
final class PauseThing implements CatalogThing<PauseRow, Pause> {
    static final String PROJECT = "project";
    private static final String ENVIRONMENT = "environment";
    private static final int REASON_MAX = 500;

    @Override
    public Kind kind() {
        return Kind.PAUSE;
    }

    @Override
    public String noun() {
        return CatalogStore.nounOf(Kind.PAUSE);
    }

    @Override
    public String path() {
        return "pauses";
    }

    @Override
    public Class<PauseRow> rowType() {
        return PauseRow.class;
    }

    @Override
    public PauseRow read(String id, JsonBody body, KnownNames names, Optional<PauseRow> before) {
        var row = new PauseRow();
        row.id = id;
        row.project = body.text(PROJECT).orElse(null);
        Optional<String> environment = body.text(ENVIRONMENT);
        environment.ifPresent(
                name ->
                        KnownNames.checkOne(
                                body, ENVIRONMENT, ENVIRONMENT, name, names.environments()));
        row.environment = environment.orElse(null);
        row.reason = body.requiredText("reason").orElse("");
        if (row.reason.length() > REASON_MAX) {
            body.mistake("reason", "A reason has at most %d characters.".formatted(REASON_MAX));
        }
        PlainText.checkLine(body, "reason", row.reason);
        body.ignore("since", "by");
        return row;
    }

    @Override
    public ConfigurationDocument document(PauseRow row) {
        return new ConfigurationDocument.Pause(
                row.id,
                Optional.ofNullable(row.project).map(ProjectId::new),
                Optional.ofNullable(row.environment).map(EnvironmentId::new),
                row.reason);
    }

    @Override
    public Set<Use> uses(PauseRow row) {
        // Processes of an older version, beside this one, write and remove pauses without these:
        // the
        // project and the environment look at the pauses themselves.
        return Set.of();
    }

    @Override
    public List<Pause> views(Tx tx, List<PauseRow> rows) {
        return rows.stream().map(Pause::of).toList();
    }
}
