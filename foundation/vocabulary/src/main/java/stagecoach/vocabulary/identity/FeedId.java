package stagecoach.vocabulary.identity;

/** The id of a feed that packages come from. */
public record FeedId(String value) implements Comparable<FeedId> {
    /** The feed that always exists: packages pushed to Stagecoach itself. */
    public static final FeedId BUILT_IN = new FeedId("built-in");

    /** Refuses what does not obey {@link IdRule}. */
    public FeedId {
        IdRule.check("feed", value);
    }

    @Override
    public int compareTo(FeedId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
