package stagecoach.vocabulary.identity;

/** The name of a step, unique within its process. */
public record StepName(String value) implements Comparable<StepName> {
    /** Refuses what does not obey {@link IdRule}. */
    public StepName {
        IdRule.check("step", value);
    }

    @Override
    public int compareTo(StepName other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
