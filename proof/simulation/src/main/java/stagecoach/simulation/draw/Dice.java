package stagecoach.simulation.draw;

import java.util.List;
import java.util.SplittableRandom;

/** Chance that comes from a seed alone: the same seed throws the same numbers. */
public final class Dice {
    private final SplittableRandom random;

    /** Dice for {@code seed}. */
    public Dice(long seed) {
        random = new SplittableRandom(seed);
    }

    /** 0 to {@code bound} - 1. */
    public int below(int bound) {
        return random.nextInt(bound);
    }

    /** {@code from} to {@code to}, both included. */
    public long between(long from, long to) {
        return random.nextLong(from, to + 1);
    }

    /** True so many times in a hundred. */
    public boolean percent(int percent) {
        return random.nextInt(100) < percent;
    }

    /** One of them. */
    public <T> T of(List<T> choices) {
        return choices.get(below(choices.size()));
    }

    /** One of them. */
    @SafeVarargs
    public final <T> T of(T... choices) {
        return choices[below(choices.length)];
    }

    /** A number that depends on the seed and the words only, not on what was thrown before. */
    public static int fate(long seed, int bound, Object... words) {
        long hash = seed;
        for (Object word : words) {
            String text = word.toString();
            for (int i = 0; i < text.length(); i++) {
                hash = hash * 0x100000001b3L + text.charAt(i);
            }
            hash ^= hash >>> 29;
            hash *= 0xbf58476d1ce4e5b9L;
            hash ^= hash >>> 32;
        }
        return (int) Math.floorMod(hash, (long) bound);
    }
}
