package stagecoach.vocabulary.identity;

/** The id of an environment, such as {@code production}. */
public record EnvironmentId(String value) implements Comparable<EnvironmentId> {
    /** Refuses what does not obey {@link IdRule}. */
    public EnvironmentId {
        IdRule.check("environment", value);
    }

    @Override
    public int compareTo(EnvironmentId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
