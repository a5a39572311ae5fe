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
 * there.
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
                "script": { "syntax": "BASH", "body": $ROLL } },
              { "name": "close", "kind": "SCRIPT", "condition": "ALWAYS",
                "runOn": { "workerPool": "hq" }, $WAIT,
                "script": { "syntax": "BASH", "body": $CLOSE } }
            ] }
            """;

    private TownProcess() {}

    /** Of a project whose steps run on the targets with this tag. */
    static JsonNode document(String tag) {
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
        bodies.put("$ROLL", Trace.onTarget() + "sleep 1\n");
        bodies.put("$CLOSE", Trace.onWorker());
        String text = STEPS.replace("$TAG", tag).replace("$WAIT", WAIT);
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
    static List<StepShape> shapes(Set<String> targets, Set<String> workers) {
        return List.of(
                new StepShape("open", workers, false, 1).inEachAttempt(),
                new StepShape("web", targets, true, 1),
                new StepShape("stop", targets, true, 1),
                new StepShape("shaky", targets, true, 2),
                new StepShape(FRAGILE, targets, true, 1),
                new StepShape("roll", targets, true, 1),
                new StepShape("close", workers, false, 1).whateverHappens());
    }
}
