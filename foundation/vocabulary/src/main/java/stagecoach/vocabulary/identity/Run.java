package stagecoach.vocabulary.identity;

/**
 * A phase's execution within a deployment, numbered from 1; a deployment has one counter for all
 * phases.
 */
public record Run(int value) implements Comparable<Run> {
    /** Refuses numbers below 1. */
    public Run {
        if (value < 1) {
            throw new IllegalArgumentException("runs are numbered from 1, not " + value);
        }
    }

    /** The run after this one. */
    public Run next() {
        return new Run(value + 1);
    }

    @Override
    public int compareTo(Run other) {
        return Integer.compare(value, other.value);
    }

    @Override
    public String toString() {
        return Integer.toString(value);
    }
}
