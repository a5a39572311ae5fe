package stagecoach.orchestrator.app.progress;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Instance;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.deployment.DeploymentState;
import stagecoach.contracts.deployment.Selection;
import stagecoach.contracts.run.Purpose;
import stagecoach.orchestrator.app.progress.DeploymentView.PhaseView;
import stagecoach.orchestrator.app.progress.DeploymentView.WarningView;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.sql.SqlRow;
import stagecoach.vocabulary.identity.DeploymentId;
import stagecoach.vocabulary.identity.StepName;
import stagecoach.vocabulary.identity.TargetId;
import stagecoach.vocabulary.process.Phase;
import stagecoach.wire.StagecoachJson;

/** Reads deployments for the API, from the tables of those who decide about them. */
@ApplicationScoped
public class DeploymentViews {
    private static final String COLUMNS =
            """
            id, project, release, environment, state, attempt, selection, force_download, comment,
            created_by, created_at, started_at, ended_at, failure, number,
            not_before, not_after, acquire_only, guided_failure, bytes_per_second_max, transfers_max""";

    private final Instance<WaitingReasons> waiting;

    DeploymentViews(Instance<WaitingReasons> waiting) {
        this.waiting = waiting;
    }

    /** Which deployments are asked for; null leaves a question open. */
    public record Filter(
            @Nullable String project, @Nullable String environment, List<String> states) {
        /** Copies the states. */
        public Filter {
            states = List.copyOf(states);
        }
    }

    /**
     * A deployment with its number, by which the newest comes first.
     *
     * @param number ascending
     */
    public record Numbered(long number, DeploymentView view) {}

    /** One deployment, if there is such a one. */
    public Optional<DeploymentView> one(Tx tx, DeploymentId id) {
        return views(
                        tx,
                        tx.select(
                                "SELECT " + COLUMNS + " FROM deployment WHERE id = ?1", id.value()))
                .stream()
                .map(Numbered::view)
                .findFirst();
    }

    /** Deployments, the newest first, with numbers below {@code before}. */
    public List<Numbered> newest(Tx tx, Filter filter, long before, int limit) {
        return views(
                tx,
                tx.select(
                        "SELECT "
                                + COLUMNS
                                + """
                                 FROM deployment
                                WHERE number < ?1 AND (?2 = '' OR project = ?2)
                                    AND (?3 = '' OR environment = ?3)
                                    AND (cardinality(?4::text[]) = 0 OR state = ANY(?4::text[]))
                                ORDER BY number DESC LIMIT ?5""",
                        before,
                        Optional.ofNullable(filter.project()).orElse(""),
                        Optional.ofNullable(filter.environment()).orElse(""),
                        filter.states().toArray(String[]::new),
                        limit));
    }

    private List<Numbered> views(Tx tx, List<SqlRow> rows) {
        String[] ids = rows.stream().map(row -> row.text(0)).toArray(String[]::new);
        Map<String, List<PhaseView>> phases = phases(tx, ids);
        Map<String, List<WarningView>> warnings = warnings(tx, ids);
        return rows.stream().map(row -> view(tx, row, phases, warnings)).toList();
    }

    private Numbered view(
            Tx tx,
            SqlRow row,
            Map<String, List<PhaseView>> phases,
            Map<String, List<WarningView>> warnings) {
        String id = row.text(0);
        Selection selection = StagecoachJson.read(row.text(6), Selection.class);
        return new Numbered(
                row.number(14),
                new DeploymentView(
                        id,
                        row.text(1),
                        row.text(2),
                        row.text(3),
                        DeploymentState.valueOf(row.text(4)),
                        row.whole(5),
                        selection.targets().stream().map(TargetId::value).toList(),
                        selection.excludeTargets().stream().map(TargetId::value).toList(),
                        selection.skipSteps().stream().map(StepName::value).toList(),
                        row.optionalInstant(15).orElse(null),
                        row.optionalInstant(16).orElse(null),
                        row.flag(17),
                        row.flag(18),
                        row.flag(7),
                        row.optionalNumber(19).orElse(null),
                        row.optionalWhole(20).orElse(null),
                        row.optionalText(8).orElse(null),
                        row.text(9),
                        row.instant(10),
                        row.optionalInstant(11).orElse(null),
                        row.optionalInstant(12).orElse(null),
                        row.optionalInstant(12).isEmpty() ? waitingFor(tx, id) : List.of(),
                        phases.getOrDefault(id, List.of()),
                        row.optionalText(13).orElse(null),
                        warnings.getOrDefault(id, List.of())));
    }

    private List<WaitingReason> waitingFor(Tx tx, String id) {
        List<WaitingReason> reasons = new ArrayList<>();
        for (WaitingReasons those : waiting) {
            reasons.addAll(those.of(tx, new DeploymentId(id)));
        }
        return reasons;
    }

    private static Map<String, List<PhaseView>> phases(Tx tx, String[] ids) {
        Map<String, List<PhaseView>> byId = new HashMap<>();
        for (var row :
                tx.select(
                        """
                        SELECT deployment, phase, run, attempt, purpose, state, started_at, ended_at, reason
                        FROM deployment_phase WHERE deployment = ANY(?1) ORDER BY deployment, run""",
                        (Object) ids)) {
            byId.computeIfAbsent(row.text(0), _ -> new ArrayList<>())
                    .add(
                            new PhaseView(
                                    Phase.valueOf(row.text(1)),
                                    row.whole(2),
                                    row.whole(3),
                                    Purpose.valueOf(row.text(4)),
                                    row.text(5),
                                    row.instant(6),
                                    row.optionalInstant(7).orElse(null),
                                    row.optionalText(8).orElse(null)));
        }
        return byId;
    }

    /** What was noted, and where an abandoned process may still be at work. */
    private static Map<String, List<WarningView>> warnings(Tx tx, String[] ids) {
        Map<String, List<WarningView>> byId = new HashMap<>();
        for (var row :
                tx.select(
                        """
                        SELECT deployment, nullif(step, ''), nullif(target, ''), detail
                        FROM deployment_warning WHERE deployment = ANY(?1)
                        ORDER BY deployment, at, step, target""",
                        (Object) ids)) {
            byId.computeIfAbsent(row.text(0), _ -> new ArrayList<>())
                    .add(
                            new WarningView(
                                    row.optionalText(1).orElse(null),
                                    row.optionalText(2).orElse(null),
                                    row.text(3)));
        }
        for (var row :
                tx.select(
                        """
                        SELECT deployment, step, nullif(place, '') FROM step_row
                        WHERE deployment = ANY(?1) AND may_still_run
                        UNION
                        SELECT d.id, pair ->> 'step', pair ->> 'target'
                        FROM deployment d, jsonb_array_elements(CAST(d.may_still_run AS jsonb)) pair
                        WHERE d.id = ANY(?1) AND NOT EXISTS (
                            SELECT 1 FROM step_row s WHERE s.deployment = d.id AND s.settled
                                AND s.step = pair ->> 'step'
                                AND s.place = coalesce(pair ->> 'target', ''))
                        ORDER BY 1, 2, 3""",
                        (Object) ids)) {
            byId.computeIfAbsent(row.text(0), _ -> new ArrayList<>())
                    .add(
                            new WarningView(
                                    row.optionalText(1).orElse(null),
                                    row.optionalText(2).orElse(null),
                                    "its process was abandoned and may still run"));
        }
        return byId;
    }
}
