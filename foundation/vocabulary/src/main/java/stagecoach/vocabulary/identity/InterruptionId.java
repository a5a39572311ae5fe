package stagecoach.vocabulary.identity;

/** The id of a question that a deployment asks a person; unique among all deployments. */
public record InterruptionId(String value) implements Comparable<InterruptionId> {
    /** Refuses what does not obey {@link IdRule}. */
    public InterruptionId {
        IdRule.check("interruption", value);
    }

    @Override
    public int compareTo(InterruptionId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
