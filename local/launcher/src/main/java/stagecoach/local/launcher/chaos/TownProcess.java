package stagecoach.local.launcher.chaos;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import stagecoach.local.launcher.chaos.verdict.StepShape;
import stagecoach.local.launcher.chaos.verdict.Trace;
import stagecoach.wire.StagecoachJson;

/**
 * The process of a project of the town: something before the packages, a package, scripts that
 * overlap, one that fails at its first try, one that fails where it is told to, a rolling one, and
 * one that comes in any case. Where somebody wants to be asked, he is asked once the package is
 * there. Every other project has a process of another shape, with steps that begin together and a
 * group.
 */
final class TownProcess {
    /** A machine that is just coming back is waited for; that is what a person would ask for. */
    private static final String WAIT = "\"unavailableTargets\": \"WAIT\", \"waitFor\": \"PT1H\"";

    /** The step that fails where it is told to. */
    static final String FRAGILE = "fragile";

    /** The variables that a deployment may say something else about. */
    static final String FAILS_AT = "Chaos.FailsAt";

    static final String ASKS = "Chaos.Asks";

    private static final String STEPS =
            """
            { "steps": [
              { "name": "open", "kind": "SCRIPT", "phase": "PRE_ACQUISITION",
                "runOn": { "workerPool": "hq" }, $WAIT,
                "script": { "syntax": "BASH", "body": $OPEN } },
              { "name": "web", "kind": "PACKAGE",
                "runOn": { "tags": ["$TAG"] }, $WAIT,
                "package": { "feed": "built-in", "id": "Chaos.Web", "source": "NEAREST_CACHE" },
                "install": { "substituteIn": ["PostDeploy.sh"] } },
              { "name": "ask", "kind": "MANUAL_INTERVENTION", "onlyIf": "#{Chaos.Asks}",
                "manual": { "instructions": "Say whether it may go on." } },
              { "name": "stop", "kind": "SCRIPT",
                "runOn": { "tags": ["$TAG"] }, $WAIT,
                "script": { "syntax": "BASH", "body": $STOP } },
              { "name": "shaky", "kind": "SCRIPT",
                "runOn": { "tags": ["$TAG"] }, $WAIT,
                "retries": { "max": 1, "backoff": "PT1S" },
                "script": { "syntax": "BASH", "body": $SHAKY } },
              { "name": "fragile", "kind": "SCRIPT",
                "runOn": { "tags": ["$TAG"] }, $WAIT,
                "script": { "syntax": "BASH", "body": $FRAGILE } },
              { "name": "roll", "kind": "SCRIPT",
                "runOn": { "tags": ["$TAG"] }, $WAIT,
                "rolling": { "window": 1 },
                "script": { "syntax": "BASH", "body": $SLOW } },
              { "name": "close", "kind": "SCRIPT", "condition": "ALWAYS",
                "runOn": { "workerPool": "hq" }, $WAIT,
                "script": { "syntax": "BASH", "body": $WORKER } }
            ] }
            """;

    /**
     * The other shape: steps that begin together, a check that asks until it is answered, and a
     * group that sends each target through its children, on a worker and there.
     */
    private static final String GROUPED =
            """
            { "steps": [
              { "name": "open", "kind": "SCRIPT", "phase": "PRE_ACQUISITION",
                "runOn": { "workerPool": "hq" }, $WAIT,
                "script": { "syntax": "BASH", "body": $OPEN } },
              { "name": "warn", "kind": "SCRIPT", "phase": "PRE_ACQUISITION", "start": "WITH_PREVIOUS",
                "runOn": { "workerPool": "hq" }, $WAIT,
                "script": { "syntax": "BASH", "body": $WORKER } },
              { "name": "web", "kind": "PACKAGE",
                "runOn": { "tags": ["$TAG"] }, $WAIT,
                "package": { "feed": "built-in", "id": "Chaos.Web", "source": "NEAREST_CACHE" },
                "install": { "substituteIn": ["PostDeploy.sh"] } },
              { "name": "ask", "kind": "MANUAL_INTERVENTION", "onlyIf": "#{Chaos.Asks}",
                "manual": { "instructions": "Say whether it may go on." } },
              { "name": "fragile", "kind": "SCRIPT",
                "runOn": { "tags": ["$TAG"] }, $WAIT,
                "script": { "syntax": "BASH", "body": $FRAGILE } },
              { "name": "left", "kind": "SCRIPT",
                "runOn": { "tags": ["$TAG"] }, $WAIT,
                "script": { "syntax": "BASH", "body": $SLOW } },
              { "name": "right", "kind": "SCRIPT", "start": "WITH_PREVIOUS",
                "runOn": { "tags": ["$TAG"] }, $WAIT,
                "script": { "syntax": "BASH", "body": $SLOW } },
              { "name": "swap", "kind": "GROUP",
                "runOn": { "tags": ["$TAG"] }, $WAIT, "rolling": { "window": 2 },
                "steps": [
                  { "name": "drain", "kind": "SCRIPT",
                    "runOn": { "workerPool": "hq", "onBehalfOf": { "tags": ["$TAG"] } },
                    "script": { "syntax": "BASH", "body": $TARGET } },
                  { "name": "change", "kind": "SCRIPT",
                    "script": { "syntax": "BASH", "body": $SLOW } },
                  { "name": "answers", "kind": "HTTP_CHECK",
                    "http": { "url": "#{Chaos.Url}", "status": [401], "bodyMatches": "api-key-needed", "within": "PT30M", "every": "PT1S" } },
                  { "name": "undrain", "kind": "SCRIPT",
                    "runOn": { "workerPool": "hq", "onBehalfOf": { "tags": ["$TAG"] } },
                    "script": { "syntax": "BASH", "body": $TARGET } }
                ] },
              { "name": "close", "kind": "SCRIPT", "condition": "ALWAYS",
                "runOn": { "workerPool": "hq" }, $WAIT,
                "script": { "syntax": "BASH", "body": $WORKER } }
            ] }
            """;

    private TownProcess() {}

    /** Where a check asks; without a key there is but one answer, once somebody answers. */
    static final String URL = "Chaos.Url";

    /** What a project's process is like. */
    enum Shape {
        ONE_BY_ONE,
        GROUPED
    }

    /** Of a project whose steps run on the targets with this tag. */
    static JsonNode document(Shape shape, String tag) {
        Map<String, String> bodies = new LinkedHashMap<>();
        bodies.put("$OPEN", Trace.onWorker() + "sleep 1\nset_stagecoach_variable Token t-1\n");
        bodies.put(
                "$STOP",
                Trace.onTarget()
                        + "sleep 1\ntest \"#{Stagecoach.Step[open].Output.Token}\" = t-1\n");
        bodies.put(
                "$SHAKY",
                Trace.onTarget()
                        + "mkdir \"#{Chaos.Traces}/tried/#{Stagecoach.Deployment.Id}-#{Stagecoach.Target.Id}\" && exit 1 || exit 0\n");
        bodies.put(
                "$FRAGILE",
                Trace.onTarget()
                        + "test \"#{Stagecoach.Target.Id}\" = \"#{Chaos.FailsAt}\" || exit 0\n"
                        + "mkdir \"#{Chaos.Traces}/tried/#{Stagecoach.Deployment.Id}-fragile\" && exit 1 || exit 0\n");
        bodies.put("$SLOW", Trace.onTarget() + "sleep 1\n");
        bodies.put("$TARGET", Trace.onTarget());
        bodies.put("$WORKER", Trace.onWorker());
        String text =
                switch (shape) {
                    case ONE_BY_ONE -> STEPS;
                    case GROUPED -> GROUPED;
                };
        text = text.replace("$TAG", tag).replace("$WAIT", WAIT);
        try {
            for (var body : bodies.entrySet()) {
                text = text.replace(body.getKey(), StagecoachJson.text(body.getValue()));
            }
            return StagecoachJson.mapper().readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("the process is no JSON", e);
        }
    }

    /** What the package runs on the machine after it was installed. */
    static String postDeploy() {
        return Trace.onTarget();
    }

    /** The traces that a deployment leaves. */
    static List<StepShape> shapes(Shape shape, Set<String> targets, Set<String> workers) {
        var open = new StepShape("open", workers, false, 1).inEachAttempt();
        var web = new StepShape("web", targets, true, 1);
        var fragile = new StepShape(FRAGILE, targets, true, 1);
        var close = new StepShape("close", workers, false, 1).whateverHappens();
        return switch (shape) {
            case ONE_BY_ONE ->
                    List.of(
                            open,
                            web,
                            new StepShape("stop", targets, true, 1),
                            new StepShape("shaky", targets, true, 2),
                            fragile,
                            new StepShape("roll", targets, true, 1),
                            close);
            case GROUPED ->
                    List.of(
                            open,
                            new StepShape("warn", workers, false, 1).inEachAttempt().withPrevious(),
                            web,
                            fragile,
                            new StepShape("left", targets, true, 1),
                            new StepShape("right", targets, true, 1).withPrevious(),
                            new StepShape("drain", targets, true, 1),
                            new StepShape("change", targets, true, 1),
                            new StepShape("undrain", targets, true, 1),
                            close);
        };
    }
}
