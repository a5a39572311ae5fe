package stagecoach.vocabulary.identity;

/** A tag (role) that a target carries and a step asks for. */
public record Tag(String value) implements Comparable<Tag> {
    /** Refuses what does not obey {@link IdRule}. */
    public Tag {
        IdRule.check("tag", value);
    }

    @Override
    public int compareTo(Tag other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
