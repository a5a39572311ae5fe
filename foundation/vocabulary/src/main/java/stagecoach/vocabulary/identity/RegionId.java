package stagecoach.vocabulary.identity;

/** The id of a region: machines that are near each other and share caches. */
public record RegionId(String value) implements Comparable<RegionId> {
    /** Refuses what does not obey {@link IdRule}. */
    public RegionId {
        IdRule.check("region", value);
    }

    @Override
    public int compareTo(RegionId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
