package audit;

import java.util.ArrayList;
import java.util.List;

/**
 * Which versions of a stream have come. Versions count 1, 2, 3, … without a gap, so that a reader
 * knows by himself what he has already and what he lacks.
 *
 * @param last the highest
 * @param missing what has not come of those below it, in order
 */
record Seen(long last, List<Gap> missing) {
    /** Nothing yet. */
    static final Seen NOTHING = new Seen(0, List.of());

    Seen {
        missing = List.copyOf(missing);
    }

    /** Versions that have not come. */
    record Gap(long from, long upTo) {}

    /** Whether this version has come before: then it is a repeat, and says nothing new. */
    boolean has(long version) {
        return version <= last
                && missing.stream().noneMatch(gap -> gap.from <= version && version <= gap.upTo);
    }

    /** Whether all up to this version have come. */
    boolean isWholeUpTo(long version) {
        return version <= last && missing.stream().noneMatch(gap -> gap.from <= version);
    }

    /** What is known when this version has come, too. */
    Seen with(long version) {
        if (has(version)) {
            return this;
        }
        var lacking = new ArrayList<Gap>();
        for (Gap gap : missing) {
            if (version < gap.from || gap.upTo < version) {
                lacking.add(gap);
                continue;
            }
            if (gap.from < version) {
                lacking.add(new Gap(gap.from, version - 1));
            }
            if (version < gap.upTo) {
                lacking.add(new Gap(version + 1, gap.upTo));
            }
        }
        if (version > last + 1) {
            lacking.add(new Gap(last + 1, version - 1));
        }
        return new Seen(Math.max(last, version), lacking);
    }
}
