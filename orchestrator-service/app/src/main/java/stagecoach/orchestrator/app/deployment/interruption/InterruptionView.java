package stagecoach.orchestrator.app.deployment.interruption;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.deployment.DeploymentEvent.Choice;
import stagecoach.contracts.deployment.DeploymentEvent.InterruptionKind;
import stagecoach.contracts.run.Pair;
import stagecoach.orchestrator.app.deployment.row.DeploymentRow;
import stagecoach.orchestrator.app.deployment.row.InterruptionRow;
import stagecoach.vocabulary.process.Phase;
import stagecoach.wire.StagecoachJson;

/**
 * A question that a deployment asks a person, as the API tells it.
 *
 * @param instructions of a manual intervention; of a failure what failed
 * @param roles who may answer; empty means everyone who may deploy
 * @param choice null while it is open, and if the deployment was cancelled instead
 */
@Schema(name = "Interruption")
@JsonInclude(JsonInclude.Include.ALWAYS)
record InterruptionView(
        String id,
        String deployment,
        String project,
        String release,
        String environment,
        InterruptionKind kind,
        Phase phase,
        int run,
        List<String> steps,
        List<String> targets,
        @Schema(nullable = true) @Nullable String instructions,
        List<String> roles,
        List<Choice> choices,
        Instant raisedAt,
        @Schema(nullable = true) @Nullable Instant resolvedAt,
        @Schema(nullable = true) @Nullable Choice choice,
        @Schema(nullable = true) @Nullable String by,
        @Schema(nullable = true) @Nullable String notes) {
    static InterruptionView of(InterruptionRow row, DeploymentRow asking) {
        List<Pair> pairs = Arrays.asList(StagecoachJson.read(row.pairs, Pair[].class));
        return new InterruptionView(
                row.id,
                row.deployment,
                asking.project,
                asking.release,
                asking.environment,
                InterruptionKind.valueOf(row.kind),
                Phase.valueOf(row.phase),
                row.run,
                pairs.stream().map(pair -> pair.step().value()).distinct().toList(),
                pairs.stream()
                        .flatMap(pair -> pair.target().stream())
                        .map(Object::toString)
                        .distinct()
                        .toList(),
                row.instructions,
                Arrays.asList(StagecoachJson.read(row.roles, String[].class)),
                Arrays.asList(StagecoachJson.read(row.choices, Choice[].class)),
                row.raisedAt,
                row.resolvedAt,
                row.choice == null ? null : Choice.valueOf(row.choice),
                row.resolvedBy,
                row.notes);
    }
}
