package stagecoach.orchestrator.app.deployment.adhoc;

import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;
import stagecoach.vocabulary.process.Action;

/** What somebody wants to run once. */
@Schema(name = "AdHocScript")
record ScriptRequest(
        @Schema(required = true) String environment,
        @Schema(required = true) Body script,
        @Schema(description = "ids of targets; one of targets, tags and workerPool is given")
                @Nullable List<String> targets,
        @Schema(description = "on each target of the environment that has one of them")
                @Nullable List<String> tags,
        @Schema(description = "once, on a worker of this pool") @Nullable String workerPool,
        @Schema(description = "ISO-8601; PT1H if left out") @Nullable String timeout,
        @Nullable String comment) {
    /** The script. */
    @Schema(name = "AdHocScriptBody")
    record Body(
            @Schema(description = "BASH if left out") Action.@Nullable Syntax syntax,
            @Schema(required = true) String body) {}
}
