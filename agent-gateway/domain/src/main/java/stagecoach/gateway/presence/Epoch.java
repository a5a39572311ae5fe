package stagecoach.gateway.presence;

/**
 * The number of an agent's session, higher for every later one; what a session does under an older
 * epoch than the agent's present one has no effect.
 */
public record Epoch(long value) implements Comparable<Epoch> {
    /** Refuses numbers below 1. */
    public Epoch {
        if (value < 1) {
            throw new IllegalArgumentException("epochs are numbered from 1, not " + value);
        }
    }

    /** Whether a session of this epoch must give way to one of {@code other}. */
    public boolean isBehind(Epoch other) {
        return value < other.value;
    }

    @Override
    public int compareTo(Epoch other) {
        return Long.compare(value, other.value);
    }

    @Override
    public String toString() {
        return Long.toString(value);
    }
}
