package stagecoach.vocabulary.template;

import stagecoach.vocabulary.template.syntax.Filter;

/** How much one expansion may do; what would go beyond it is refused, whatever it is. */
final class Budget {
    /** The longest text, in characters. */
    static final int TEXT_MAX = Filter.TEXT_MAX;

    private static final long CHARACTERS_MAX = 32L << 20;
    private static final long STEPS_MAX = 500_000;

    private static final int DEPTH_MAX = 300;

    private int depth;
    private long charactersLeft = CHARACTERS_MAX;
    private long stepsLeft = STEPS_MAX;

    /** Said where the bound is reached, and told by whoever knows what was being made. */
    static final class Spent extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final String bound;

        Spent(String bound) {
            super(bound, null, false, false);
            this.bound = bound;
        }

        String bound() {
            return bound;
        }
    }

    void step() {
        if (--stepsLeft < 0) {
            throw new Spent("made of more than %d pieces".formatted(STEPS_MAX));
        }
    }

    void append(StringBuilder text, String piece) {
        if (piece.length() > TEXT_MAX - text.length()) {
            throw new Spent("longer than %d characters".formatted(TEXT_MAX));
        }
        work(piece.length());
        text.append(piece);
    }

    /** Counts characters that are looked at. */
    void work(long characters) {
        charactersLeft -= characters;
        if (charactersLeft < 0) {
            throw new Spent(
                    "more work than %d characters, all values together".formatted(CHARACTERS_MAX));
        }
    }

    /** Goes into a part of a part. */
    void enter() {
        if (++depth > DEPTH_MAX) {
            throw new Spent("nested more than %d deep".formatted(DEPTH_MAX));
        }
    }

    /** Comes out of it. */
    void leave() {
        depth--;
    }
}
