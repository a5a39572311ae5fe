package stagecoach.simulation.law;

/** An invariant does not hold. */
public final class Broken extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final Invariant invariant;

    /** {@code how} says what was seen. */
    public Broken(Invariant invariant, String how) {
        super(how);
        this.invariant = invariant;
    }

    /** Which one. */
    public Invariant invariant() {
        return invariant;
    }

    /** What was seen. */
    public String how() {
        return String.valueOf(getMessage());
    }
}
