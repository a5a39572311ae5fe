package stagecoach.vocabulary.identity;

/** The id of a project. */
public record ProjectId(String value) implements Comparable<ProjectId> {
    /** Refuses what does not obey {@link IdRule}. */
    public ProjectId {
        IdRule.check("project", value);
    }

    @Override
    public int compareTo(ProjectId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
