package stagecoach.vocabulary.identity;

/** The id of a deployment target. */
public record TargetId(String value) implements Comparable<TargetId> {
    /** Refuses what does not obey {@link IdRule}. */
    public TargetId {
        IdRule.check("target", value);
    }

    @Override
    public int compareTo(TargetId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
