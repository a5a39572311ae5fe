package stagecoach.orchestrator.app.page.front;

import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import stagecoach.contracts.deployment.DeploymentState;
import stagecoach.orchestrator.app.catalog.project.LifecycleReader;
import stagecoach.orchestrator.app.page.Shown;
import stagecoach.orchestrator.app.page.Tone;
import stagecoach.orchestrator.app.page.front.FrontView.Cell;
import stagecoach.orchestrator.app.page.front.FrontView.Open;
import stagecoach.orchestrator.app.page.front.FrontView.Place;
import stagecoach.orchestrator.app.page.front.FrontView.ProjectRow;
import stagecoach.orchestrator.app.progress.DeploymentView;
import stagecoach.orchestrator.app.progress.DeploymentViews;
import stagecoach.orchestrator.app.progress.WaitingReason;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.sql.SqlRow;
import stagecoach.vocabulary.identity.EnvironmentId;

/** Reads what the first page shows. */
@Singleton
class FrontPage {
    private static final int OPEN_MAX = 20;
    private static final int PROJECTS_MAX = 50;

    private static final List<String> NOT_ENDED =
            List.of(
                    DeploymentState.QUEUED.name(),
                    DeploymentState.RUNNING.name(),
                    DeploymentState.PAUSED.name(),
                    DeploymentState.STAGED.name(),
                    DeploymentState.CANCELLING.name());

    private static final String PROJECTS =
            "SELECT id, name, lifecycle FROM project WHERE id > ?1 ORDER BY id LIMIT ?2";

    private static final String CELLS =
            """
            SELECT p.id, e.id, d.id, d.release, d.state,
                coalesce(d.ended_at, d.started_at, d.created_at), s.release
            FROM unnest(CAST(?1 AS text[])) AS p(id)
            CROSS JOIN environment e
            CROSS JOIN LATERAL (
                SELECT * FROM deployment WHERE project = p.id AND environment = e.id
                ORDER BY number DESC LIMIT 1) d
            LEFT JOIN LATERAL (
                SELECT release FROM deployment
                WHERE project = p.id AND environment = e.id AND state = 'SUCCEEDED'
                ORDER BY number DESC LIMIT 1) s ON true""";

    private final UnitOfWork unitOfWork;
    private final DeploymentViews deployments;

    FrontPage(UnitOfWork unitOfWork, DeploymentViews deployments) {
        this.unitOfWork = unitOfWork;
        this.deployments = deployments;
    }

    /**
     * Its parts by their names, drawn.
     *
     * @param after the id of the project before the first
     */
    Map<String, String> parts(String after) {
        FrontView view = unitOfWork.run(tx -> view(tx, after));
        Map<String, String> parts = new LinkedHashMap<>();
        parts.put("underway", FrontParts.underway(view).render());
        parts.put("projects", FrontParts.projects(view).render());
        return parts;
    }

    private FrontView view(Tx tx, String after) {
        List<SqlRow> found = tx.select(PROJECTS, after, PROJECTS_MAX + 1);
        List<SqlRow> projects = found.stream().limit(PROJECTS_MAX).toList();
        Map<String, Map<String, Cell>> cells = cells(tx, projects);
        List<Place> environments = environments(tx, projects, cells);
        return new FrontView(
                open(tx),
                environments,
                projects.stream().map(row -> project(row, environments, cells)).toList(),
                found.size() > PROJECTS_MAX ? "/?after=" + projects.getLast().text(0) : "");
    }

    private List<Open> open(Tx tx) {
        return deployments
                .newest(
                        tx,
                        new DeploymentViews.Filter(null, null, NOT_ENDED),
                        Long.MAX_VALUE,
                        OPEN_MAX)
                .stream()
                .map(numbered -> open(numbered.view()))
                .toList();
    }

    private static Open open(DeploymentView view) {
        return new Open(
                view.id(),
                view.project(),
                view.release(),
                view.environment(),
                Tone.of(view.state()),
                Shown.words(view.state().name()),
                Shown.day(Objects.requireNonNullElse(view.startedAt(), view.createdAt())),
                view.waitingFor().stream().map(WaitingReason::detail).toList());
    }

    private static Map<String, Map<String, Cell>> cells(Tx tx, List<SqlRow> projects) {
        Map<String, Map<String, Cell>> cells = new HashMap<>();
        String[] ids = projects.stream().map(row -> row.text(0)).toArray(String[]::new);
        for (SqlRow row : tx.select(CELLS, (Object) ids)) {
            DeploymentState state = DeploymentState.valueOf(row.text(4));
            cells.computeIfAbsent(row.text(0), _ -> new HashMap<>())
                    .put(
                            row.text(1),
                            new Cell(
                                    row.text(1),
                                    row.text(2),
                                    row.text(3),
                                    Tone.of(state),
                                    Shown.words(state.name()),
                                    Shown.day(row.instant(5)),
                                    row.optionalText(6).orElse("")));
        }
        return cells;
    }

    /** Those that are used by a project that is shown, in the order of lifecycles. */
    private static List<Place> environments(
            Tx tx, List<SqlRow> projects, Map<String, Map<String, Cell>> cells) {
        Map<String, Integer> phases = new HashMap<>();
        cells.values().forEach(row -> row.keySet().forEach(id -> phases.putIfAbsent(id, 0)));
        for (SqlRow project : projects) {
            List<List<EnvironmentId>> lifecycle = LifecycleReader.of(project.text(2)).phases();
            for (int phase = 0; phase < lifecycle.size(); phase++) {
                for (EnvironmentId environment : lifecycle.get(phase)) {
                    phases.merge(environment.value(), phase, Math::max);
                }
            }
        }
        List<Place> places = new ArrayList<>();
        for (SqlRow row :
                tx.select(
                        "SELECT id, name FROM environment WHERE id = ANY(?1)",
                        (Object) phases.keySet().toArray(String[]::new))) {
            places.add(new Place(row.text(0), row.text(1)));
        }
        places.sort(
                Comparator.comparing((Place place) -> phases.getOrDefault(place.id(), 0))
                        .thenComparing(Place::id));
        return places;
    }

    private static ProjectRow project(
            SqlRow row, List<Place> environments, Map<String, Map<String, Cell>> cells) {
        Map<String, Cell> its = cells.getOrDefault(row.text(0), Map.of());
        return new ProjectRow(
                row.text(0),
                row.text(1),
                environments.stream()
                        .map(
                                place ->
                                        its.getOrDefault(
                                                place.id(),
                                                new Cell(place.id(), "", "", Tone.OFF, "", "", "")))
                        .toList());
    }
}
