package stagecoach.vocabulary.identity;

/** The id of a pool of workers. */
public record PoolId(String value) implements Comparable<PoolId> {
    /** Refuses what does not obey {@link IdRule}. */
    public PoolId {
        IdRule.check("worker pool", value);
    }

    @Override
    public int compareTo(PoolId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
