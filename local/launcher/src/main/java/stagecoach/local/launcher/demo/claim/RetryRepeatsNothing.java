package stagecoach.local.launcher.demo.claim;

import java.util.List;

/**
 * A retry runs again only the bracket and what had not succeeded: nothing that was done leaves a
 * second trace.
 */
public record RetryRepeatsNothing() implements Claim {
    @Override
    public String promise() {
        return "retry repeated nothing done";
    }

    @Override
    public String source() {
        return "files on machines";
    }

    @Override
    public Verdict judge(Evidence evidence) {
        List<Trace.Line> kept = evidence.keptByRetry();
        long repeated =
                kept.stream()
                        .filter(
                                done ->
                                        evidence.traces().lines().stream()
                                                .anyMatch(
                                                        line ->
                                                                line.attempt() > done.attempt()
                                                                        && line.deployment()
                                                                                .equals(
                                                                                        done
                                                                                                .deployment())
                                                                        && line.step()
                                                                                .equals(done.step())
                                                                        && line.machine()
                                                                                .equals(
                                                                                        done
                                                                                                .machine())))
                        .count();
        return new Verdict(
                repeated == 0 && !kept.isEmpty(), "%d of %d".formatted(repeated, kept.size()));
    }
}
