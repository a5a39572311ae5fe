package stagecoach.local.launcher.demo.claim;

import java.util.HashMap;
import java.util.Map;

/** Every script left exactly the traces that the process calls for: none missing, none twice. */
public record EachScriptOnce() implements Claim {
    @Override
    public String promise() {
        return "each script left one trace";
    }

    @Override
    public String source() {
        return "files on machines";
    }

    @Override
    public Verdict judge(Evidence evidence) {
        Map<Trace.Line, Integer> seen = new HashMap<>();
        evidence.traces().lines().forEach(line -> seen.merge(line, 1, Integer::sum));
        long right =
                evidence.expectedTraces().entrySet().stream()
                        .filter(expected -> expected.getValue().equals(seen.get(expected.getKey())))
                        .count();
        boolean holds = !seen.isEmpty() && seen.equals(evidence.expectedTraces());
        return new Verdict(holds, "%d of %d".formatted(right, evidence.expectedTraces().size()));
    }
}
