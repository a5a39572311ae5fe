package stagecoach.orchestrator.app.page.course;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.run.StepState;
import stagecoach.orchestrator.app.page.Shown;
import stagecoach.orchestrator.app.page.Tone;
import stagecoach.orchestrator.app.page.course.CourseView.Grid;
import stagecoach.orchestrator.app.page.course.CourseView.StepCell;
import stagecoach.orchestrator.app.page.course.CourseView.StepLine;
import stagecoach.orchestrator.app.progress.step.StepViews.StepView;

/**
 * Lays out steps and machines: of each pair the newest run, each machine in a column of its own.
 */
final class StepGrid {
    /** With more machines than this, a line has only those that the step runs on. */
    private static final int COLUMNS_MAX = 12;

    private static final int CELLS_MAX = 120;
    private static final int REASONS_MAX = 5;

    /** Where a step runs that has no machine yet, or needs none. */
    private static final String NOWHERE = "once";

    private static final StepCell NOTHING = new StepCell("", "", Tone.OFF, "", "", "");

    /** What needs a look first. */
    private static final Comparator<StepView> URGENT =
            Comparator.comparing(
                    (StepView view) ->
                            switch (view.state()) {
                                case FAILED, UNKNOWN -> 0;
                                case RUNNING -> 1;
                                case PENDING -> 2;
                                case CANCELLED -> 3;
                                case SKIPPED -> 4;
                                case SUCCEEDED -> 5;
                            });

    private final String page;
    private final Instant now;

    private StepGrid(String page, Instant now) {
        this.page = page;
        this.now = now;
    }

    /**
     * The grid.
     *
     * @param page the address of the deployment's page
     */
    static Grid of(List<StepView> steps, String page, Instant now) {
        Map<String, Map<String, StepView>> byStep = new LinkedHashMap<>();
        for (StepView view : steps) {
            // Rows come run by run: the newest stays.
            byStep.computeIfAbsent(view.step(), _ -> new LinkedHashMap<>())
                    .put(Objects.requireNonNullElse(view.target(), ""), view);
        }
        byStep.values().forEach(StepGrid::dropUnknownPlaces);
        var targets = new TreeSet<String>();
        byStep.values().forEach(places -> targets.addAll(places.keySet()));
        targets.remove("");
        boolean wide = targets.size() > COLUMNS_MAX;
        var grid = new StepGrid(page, now);
        return new Grid(
                byStep.entrySet().stream()
                        .map(
                                step ->
                                        wide
                                                ? grid.line(step.getKey(), step.getValue().values())
                                                : grid.line(
                                                        step.getKey(), step.getValue(), targets))
                        .toList(),
                wide);
    }

    /** Where a step was once to come, without a place, and has places now. */
    private static void dropUnknownPlaces(Map<String, StepView> places) {
        if (places.size() > 1) {
            places.remove("");
        }
    }

    private StepLine line(String step, Map<String, StepView> places, Collection<String> targets) {
        boolean child = places.values().iterator().next().parent() != null;
        @Nullable StepView alone = places.get("");
        if (alone != null) {
            return new StepLine(step, child, List.of(cell(alone)), reasons(places.values()), 0);
        }
        List<StepCell> cells = new ArrayList<>();
        for (String target : targets) {
            @Nullable StepView view = places.get(target);
            cells.add(view == null ? NOTHING : cell(view));
        }
        return new StepLine(step, child, cells, reasons(places.values()), 0);
    }

    private StepLine line(String step, Collection<StepView> places) {
        List<StepCell> cells =
                places.stream().sorted(URGENT).limit(CELLS_MAX).map(this::cell).toList();
        return new StepLine(
                step,
                places.iterator().next().parent() != null,
                cells,
                reasons(places),
                places.size() - cells.size());
    }

    /** Each once, with where it is so; what would fill a page is cut. */
    private static List<String> reasons(Collection<StepView> places) {
        Map<String, List<String>> byReason = new LinkedHashMap<>();
        for (StepView view : places) {
            String reason = Objects.requireNonNullElse(view.reason(), "");
            if (view.mayStillRun()) {
                reason += " (its process may still run)";
            }
            if (!reason.isBlank()) {
                byReason.computeIfAbsent(reason.strip(), _ -> new ArrayList<>()).add(label(view));
            }
        }
        return byReason.entrySet().stream()
                .limit(REASONS_MAX)
                .map(
                        each ->
                                where(each.getValue())
                                        .map(where -> where + ": ")
                                        .orElse("")
                                        .concat(each.getKey()))
                .toList();
    }

    private static Optional<String> where(List<String> labels) {
        if (labels.equals(List.of(NOWHERE))) {
            return Optional.empty();
        }
        return Optional.of(
                labels.size() <= 4
                        ? String.join(", ", labels)
                        : "%s and %d more"
                                .formatted(
                                        String.join(", ", labels.subList(0, 3)),
                                        labels.size() - 3));
    }

    private StepCell cell(StepView view) {
        String target = Objects.requireNonNullElse(view.target(), "");
        return new StepCell(
                "step-" + view.step() + "-" + target,
                label(view),
                Tone.of(view.state()),
                state(view),
                Shown.span(view.startedAt(), view.endedAt(), now),
                "%s?step=%s%s#output"
                        .formatted(
                                page,
                                encoded(view.step()),
                                target.isEmpty() ? "" : "&target=" + encoded(target)));
    }

    private static String label(StepView view) {
        if (view.target() != null) {
            return view.worker() == null
                    ? view.target()
                    : "%s by %s".formatted(view.target(), view.worker());
        }
        return Objects.requireNonNullElse(view.worker(), NOWHERE);
    }

    private static String state(StepView view) {
        return view.exitCode() != null && view.state() == StepState.FAILED
                ? "failed, exit code " + view.exitCode()
                : Shown.words(view.state().name());
    }

    static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
