package stagecoach.orchestrator.app.progress.step;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.deployment.DeploymentState;
import stagecoach.contracts.run.PlannedStep;
import stagecoach.contracts.run.StepState;
import stagecoach.orchestrator.app.progress.step.ManualAnswers.Answered;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.vocabulary.identity.DeploymentId;
import stagecoach.wire.StagecoachJson;

/** Reads the steps of a deployment: those that were given to a run, and those still to come. */
public final class StepViews {
    private static final String NEVER_ITS_TURN =
            "the deployment ended before it was this step's turn";

    private StepViews() {}

    /**
     * A step at one place in one run.
     *
     * @param parent a child's group
     * @param target null for a step that runs once on a worker, or whose targets are not known yet
     * @param run null while PENDING
     */
    @Schema(name = "StepRow")
    @JsonInclude(JsonInclude.Include.ALWAYS)
    public record StepView(
            String step,
            @Schema(nullable = true) @Nullable String parent,
            @Schema(nullable = true) @Nullable String target,
            @Schema(nullable = true) @Nullable String worker,
            @Schema(nullable = true) @Nullable Integer run,
            @Schema(nullable = true) @Nullable Integer attempt,
            StepState state,
            @Schema(nullable = true) @Nullable Integer exitCode,
            @Schema(nullable = true) @Nullable Instant startedAt,
            @Schema(nullable = true) @Nullable Instant endedAt,
            @Schema(nullable = true) @Nullable String reason,
            boolean mayStillRun) {}

    /** All of them: run by run in the order of the process, then what no run was given yet. */
    public static Optional<List<StepView>> of(Tx tx, DeploymentId id) {
        return tx.select("SELECT state, steps FROM deployment WHERE id = ?1", id.value()).stream()
                .findFirst()
                .map(
                        row ->
                                views(
                                        tx,
                                        id,
                                        DeploymentState.valueOf(row.text(0)),
                                        outline(row.text(1))));
    }

    private static List<StepView> views(
            Tx tx, DeploymentId id, DeploymentState state, List<PlannedStep> outline) {
        List<StepRow> rows =
                tx.query(
                        StepRow.class,
                        "from StepRow where deployment = ?1 order by run, position, place",
                        id.value());
        Map<String, String> parents = new HashMap<>();
        outline.forEach(
                step ->
                        step.group()
                                .ifPresent(
                                        group -> parents.put(step.name().value(), group.value())));
        Set<String> manual =
                outline.stream()
                        .filter(step -> step.kind() == PlannedStep.Kind.MANUAL_INTERVENTION)
                        .map(step -> step.name().value())
                        .collect(Collectors.toSet());
        var answers = ManualAnswers.of(tx, id);
        List<StepView> views = new ArrayList<>();
        for (StepRow row : rows) {
            boolean reached = manual.contains(row.step) && row.state.equals("RUNNING");
            views.add(
                    (reached ? answers.of(row.run) : Optional.<Answered>empty())
                            .map(answered -> view(row, answered))
                            .orElseGet(() -> view(row, parents.get(row.step), state)));
        }
        Set<String> given = rows.stream().map(row -> row.step).collect(Collectors.toSet());
        for (PlannedStep step : outline) {
            if (!given.contains(step.name().value())) {
                views.add(stillToCome(step, state));
            }
        }
        return views;
    }

    private static StepView view(StepRow row, @Nullable String parent, DeploymentState deployment) {
        StepState state = StepState.valueOf(row.state);
        String reason = row.reason;
        // A person ended what its run had left to decide about.
        if (state == StepState.PENDING && deployment.ended()) {
            state = atEnd(deployment);
            reason = NEVER_ITS_TURN;
        }
        return new StepView(
                row.step,
                parent,
                row.target,
                row.worker,
                state == StepState.PENDING ? null : row.run,
                row.attempt,
                state,
                row.exitCode,
                row.startedAt,
                row.endedAt,
                reason,
                row.mayStillRun);
    }

    /** A manual intervention, as far as a person has answered. */
    private static StepView view(StepRow row, Answered answered) {
        return new StepView(
                row.step,
                null,
                null,
                null,
                row.run,
                row.attempt,
                answered.state(),
                null,
                answered.askedAt(),
                answered.answeredAt(),
                answered.reason(),
                false);
    }

    private static StepState atEnd(DeploymentState deployment) {
        return deployment == DeploymentState.CANCELLED ? StepState.CANCELLED : StepState.SKIPPED;
    }

    private static StepView stillToCome(PlannedStep step, DeploymentState deployment) {
        StepState state = StepState.PENDING;
        String reason = null;
        if (step.skip().isPresent()) {
            state = StepState.SKIPPED;
            reason = step.skip().get();
        } else if (deployment.ended()) {
            state = atEnd(deployment);
            reason = NEVER_ITS_TURN;
        }
        return new StepView(
                step.name().value(),
                step.group().map(Object::toString).orElse(null),
                null,
                null,
                null,
                null,
                state,
                null,
                null,
                null,
                reason,
                false);
    }

    private static List<PlannedStep> outline(String json) {
        try {
            return StagecoachJson.mapper().readValue(json, new TypeReference<>() {});
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("a kept outline is no list of steps", e);
        }
    }
}
