package stagecoach.local.launcher.demo.claim;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/**
 * What the traces must be, computed from the process and from what the API says was begun; the
 * traces themselves come from the machines.
 */
public final class Expectation {
    private static final Set<String> LEAVE_TRACES = Set.of("SCRIPT", "PACKAGE");

    private final Map<String, JsonNode> steps;

    /** The expectation for a process as the API gives it. */
    public Expectation(JsonNode process) {
        this.steps =
                StreamSupport.stream(process.path("steps").spliterator(), false)
                        .collect(
                                Collectors.toMap(step -> step.path("name").asText(), step -> step));
    }

    /** One line for each pair that was begun and leaves a trace. */
    public Map<Trace.Line, Integer> lines(String deployment, List<JsonNode> rows) {
        var lines = new HashMap<Trace.Line, Integer>();
        for (JsonNode row : rows) {
            if (begun(row) && leavesTrace(row)) {
                lines.put(line(deployment, row), 1);
            }
        }
        return lines;
    }

    /** The lines of what had succeeded in an attempt and is not run once per attempt. */
    public List<Trace.Line> kept(String deployment, List<JsonNode> rows) {
        return rows.stream()
                .filter(row -> row.path("state").asText().equals("SUCCEEDED"))
                .filter(row -> leavesTrace(row) && !bracket(row.path("step").asText()))
                .map(row -> line(deployment, row))
                .toList();
    }

    /** How many pairs a deployment that succeeds at once begins on so many targets. */
    public long tracesOfSuccess(int targets) {
        return steps.values().stream()
                .filter(step -> LEAVE_TRACES.contains(step.path("kind").asText()))
                .mapToLong(step -> step.path("runOn").has("workerPool") ? 1 : targets)
                .sum();
    }

    private boolean leavesTrace(JsonNode row) {
        JsonNode step = steps.get(row.path("step").asText());
        return step != null && LEAVE_TRACES.contains(step.path("kind").asText());
    }

    private boolean bracket(String name) {
        JsonNode step = steps.get(name);
        return step != null
                && (step.path("phase").asText().equals("PRE_ACQUISITION")
                        || step.path("condition").asText().equals("ALWAYS"));
    }

    private static boolean begun(JsonNode row) {
        return row.hasNonNull("startedAt");
    }

    private static Trace.Line line(String deployment, JsonNode row) {
        String machine = row.path("target").asText(row.path("worker").asText());
        return new Trace.Line(
                deployment, row.path("attempt").asInt(), row.path("step").asText(), machine);
    }
}
