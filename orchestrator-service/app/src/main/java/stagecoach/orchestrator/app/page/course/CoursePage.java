package stagecoach.orchestrator.app.page.course;

import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import stagecoach.contracts.deployment.DeploymentState;
import stagecoach.contracts.run.Purpose;
import stagecoach.orchestrator.app.page.Shown;
import stagecoach.orchestrator.app.page.Tone;
import stagecoach.orchestrator.app.page.course.CourseView.Head;
import stagecoach.orchestrator.app.page.course.CourseView.Line;
import stagecoach.orchestrator.app.page.course.CourseView.Output;
import stagecoach.orchestrator.app.page.course.CourseView.PhaseRun;
import stagecoach.orchestrator.app.progress.DeploymentView;
import stagecoach.orchestrator.app.progress.DeploymentView.PhaseView;
import stagecoach.orchestrator.app.progress.DeploymentView.WarningView;
import stagecoach.orchestrator.app.progress.DeploymentViews;
import stagecoach.orchestrator.app.progress.WaitingReason;
import stagecoach.orchestrator.app.progress.acquisition.AcquisitionViews;
import stagecoach.orchestrator.app.progress.log.LogStore;
import stagecoach.orchestrator.app.progress.step.StepViews;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.vocabulary.identity.DeploymentId;

/** Reads what the page of a deployment shows, as the API tells it. */
@Singleton
class CoursePage {
    private static final int LINES_MAX = 300;

    private final UnitOfWork unitOfWork;
    private final DeploymentViews deployments;
    private final LogStore logs;
    private final Clock clock;

    CoursePage(UnitOfWork unitOfWork, DeploymentViews deployments, LogStore logs, Clock clock) {
        this.unitOfWork = unitOfWork;
        this.deployments = deployments;
        this.logs = logs;
        this.clock = clock;
    }

    /** Of what the output is shown; of all where nothing is said. */
    record Focus(Optional<String> step, Optional<String> target) {}

    /** Its parts by their names, drawn; empty if there is no such deployment. */
    Optional<Map<String, String>> parts(DeploymentId id, Focus focus) {
        return unitOfWork.run(tx -> view(tx, id, focus)).map(CoursePage::drawn);
    }

    private static Map<String, String> drawn(CourseView view) {
        Map<String, String> parts = new LinkedHashMap<>();
        parts.put("head", CourseParts.head(view.head()).render());
        parts.put("phases", CourseParts.phases(view.phases()).render());
        parts.put("steps", CourseParts.steps(view.steps()).render());
        parts.put("transfers", CourseParts.transfers(view.transfers()).render());
        parts.put("output", CourseParts.output(view.output()).render());
        return parts;
    }

    private Optional<CourseView> view(Tx tx, DeploymentId id, Focus focus) {
        Instant now = clock.instant();
        String page = "/deployments/" + id.value();
        return deployments
                .one(tx, id)
                .map(
                        view ->
                                new CourseView(
                                        head(view, now),
                                        view.phases().stream()
                                                .map(phase -> phase(phase, now))
                                                .toList(),
                                        StepGrid.of(
                                                StepViews.of(tx, id).orElse(List.of()), page, now),
                                        TransferList.of(AcquisitionViews.of(tx, id), now),
                                        output(tx, id, focus, page)));
    }

    private static Head head(DeploymentView view, Instant now) {
        return new Head(
                view.id(),
                view.project(),
                view.release(),
                view.environment(),
                Tone.of(view.state()),
                Shown.words(view.state().name()),
                facts(view, now),
                Objects.requireNonNullElse(view.comment(), ""),
                Objects.requireNonNullElse(view.failure(), ""),
                view.waitingFor().stream().map(WaitingReason::detail).toList(),
                view.state() == DeploymentState.PAUSED,
                view.warnings().stream().map(CoursePage::warning).toList());
    }

    private static List<String> facts(DeploymentView view, Instant now) {
        List<String> facts = new ArrayList<>();
        facts.add("by " + view.createdBy());
        facts.add(
                view.startedAt() == null
                        ? "asked for on " + Shown.day(view.createdAt())
                        : "begun on " + Shown.day(view.startedAt()));
        if (view.startedAt() != null) {
            facts.add(
                    (view.endedAt() == null ? "for " : "took ")
                            + Shown.span(view.startedAt(), view.endedAt(), now));
        }
        if (view.attempt() > 1) {
            facts.add("attempt " + view.attempt());
        }
        return facts;
    }

    private static String warning(WarningView warning) {
        String where = Shown.joined(" on ", warning.step(), warning.target());
        return where.isEmpty() ? warning.detail() : where + ": " + warning.detail();
    }

    private static PhaseRun phase(PhaseView view, Instant now) {
        List<String> notes = new ArrayList<>();
        if (view.attempt() > 1) {
            notes.add("attempt " + view.attempt());
        }
        if (view.purpose() == Purpose.CLEANUP) {
            notes.add("clean-up");
        }
        return new PhaseRun(
                Shown.words(view.phase().name()),
                view.run(),
                String.join(", ", notes),
                Tone.ofRun(view.state()),
                Shown.words(view.state()),
                Shown.span(view.startedAt(), view.endedAt(), now),
                Objects.requireNonNullElse(view.reason(), ""));
    }

    private Output output(Tx tx, DeploymentId id, Focus focus, String page) {
        return new Output(
                Shown.joined(" on ", focus.step().orElse(null), focus.target().orElse(null)),
                page + "#output",
                logs.tail(tx, id.value(), focus.step(), focus.target(), LINES_MAX).stream()
                        .map(CoursePage::line)
                        .toList());
    }

    private static Line line(LogStore.Numbered numbered) {
        return new Line(
                Shown.clock(numbered.line().at()),
                Shown.joined(" ", numbered.step(), numbered.target()),
                numbered.line().stream().name().toLowerCase(Locale.ROOT),
                Shown.line(numbered.line().text()));
    }
}
