package stagecoach.vocabulary.identity;

import java.util.Optional;

/**
 * The id of a tentacle: {@code target:web-1} for the agent of a target, {@code worker:w-1} for that
 * of a worker. Targets and workers have name spaces of their own; agents share one.
 */
public record AgentId(String value) implements Comparable<AgentId> {
    private static final String TARGET = "target:";
    private static final String WORKER = "worker:";

    /** Refuses what is neither a target's nor a worker's agent. */
    public AgentId {
        boolean known =
                (value.startsWith(TARGET) && IdRule.allows(value.substring(TARGET.length())))
                        || (value.startsWith(WORKER)
                                && IdRule.allows(value.substring(WORKER.length())));
        if (!known) {
            throw new IllegalArgumentException(
                    "\"%s\" is no agent id: it is target:<id> or worker:<id>".formatted(value));
        }
    }

    /** The agent on a target. */
    public static AgentId of(TargetId target) {
        return new AgentId(TARGET + target.value());
    }

    /** The agent of a worker. */
    public static AgentId of(WorkerId worker) {
        return new AgentId(WORKER + worker.value());
    }

    /** The target whose agent this is, if it is one. */
    public Optional<TargetId> target() {
        return value.startsWith(TARGET)
                ? Optional.of(new TargetId(value.substring(TARGET.length())))
                : Optional.empty();
    }

    /** The worker whose agent this is, if it is one. */
    public Optional<WorkerId> worker() {
        return value.startsWith(WORKER)
                ? Optional.of(new WorkerId(value.substring(WORKER.length())))
                : Optional.empty();
    }

    /** The bare id of the target or worker. */
    public String bareId() {
        return value.substring(value.indexOf(':') + 1);
    }

    @Override
    public int compareTo(AgentId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
