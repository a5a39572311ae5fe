package stagecoach.vocabulary.identity;

/** The id of a worker: a tentacle that runs server-side steps. */
public record WorkerId(String value) implements Comparable<WorkerId> {
    /** Refuses what does not obey {@link IdRule}. */
    public WorkerId {
        IdRule.check("worker", value);
    }

    @Override
    public int compareTo(WorkerId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
