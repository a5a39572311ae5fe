package stagecoach.vocabulary.identity;

/** The id of a cache: a NuGet server near a region's targets. */
public record CacheId(String value) implements Comparable<CacheId> {
    /** Refuses what does not obey {@link IdRule}. */
    public CacheId {
        IdRule.check("cache", value);
    }

    @Override
    public int compareTo(CacheId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
