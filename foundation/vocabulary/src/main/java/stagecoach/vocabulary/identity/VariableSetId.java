package stagecoach.vocabulary.identity;

/** The id of a set of variables that projects share. */
public record VariableSetId(String value) implements Comparable<VariableSetId> {
    /** Refuses what does not obey {@link IdRule}. */
    public VariableSetId {
        IdRule.check("variable set", value);
    }

    @Override
    public int compareTo(VariableSetId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
