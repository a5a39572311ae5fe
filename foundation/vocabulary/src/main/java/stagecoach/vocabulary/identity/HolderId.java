package stagecoach.vocabulary.identity;

import java.util.Optional;

/**
 * A machine that holds packages, or shall: a target by its bare id, a worker as {@code worker:w-1}.
 * So it is what it always was for targets, and a worker is never taken for a target of its name.
 */
public record HolderId(String value) implements Comparable<HolderId> {
    private static final String WORKER = "worker:";

    /** Refuses what names neither a target nor a worker. */
    public HolderId {
        String bare = value.startsWith(WORKER) ? value.substring(WORKER.length()) : value;
        if (!IdRule.allows(bare)) {
            throw new IllegalArgumentException(
                    "\"%s\" holds no packages: it is a target's id, or worker:<id>"
                            .formatted(value));
        }
    }

    /** A target. */
    public static HolderId of(TargetId target) {
        return new HolderId(target.value());
    }

    /** A worker. */
    public static HolderId of(WorkerId worker) {
        return new HolderId(WORKER + worker.value());
    }

    /** The machine that this tentacle works on. */
    public static HolderId of(AgentId agent) {
        return agent.worker()
                .map(HolderId::of)
                .or(() -> agent.target().map(HolderId::of))
                .orElseThrow();
    }

    /** The target, if it is one. */
    public Optional<TargetId> target() {
        return value.startsWith(WORKER) ? Optional.empty() : Optional.of(new TargetId(value));
    }

    /** The worker, if it is one. */
    public Optional<WorkerId> worker() {
        return value.startsWith(WORKER)
                ? Optional.of(new WorkerId(value.substring(WORKER.length())))
                : Optional.empty();
    }

    /** The tentacle that works on it. */
    public AgentId agent() {
        return worker().map(AgentId::of).or(() -> target().map(AgentId::of)).orElseThrow();
    }

    @Override
    public int compareTo(HolderId other) {
        return value.compareTo(other.value);
    }

    /** {@code web-1}, or {@code worker hq-1}: for people. */
    public String shown() {
        return worker().map(worker -> "worker " + worker).orElse(value);
    }

    @Override
    public String toString() {
        return value;
    }
}
