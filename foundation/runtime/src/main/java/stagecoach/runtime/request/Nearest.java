package stagecoach.runtime.request;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Guesses which of the known words somebody meant. */
public final class Nearest {
    private Nearest() {}

    /** The known word that is at most a third of its letters away from {@code word}, if any is. */
    public static Optional<String> to(String word, Collection<String> known) {
        String lower = word.toLowerCase(Locale.ROOT);
        return known.stream()
                .filter(candidate -> distance(lower, candidate) <= Math.max(1, word.length() / 3))
                .min(
                        Comparator.comparingInt((String candidate) -> distance(lower, candidate))
                                .thenComparing(Comparator.naturalOrder()));
    }

    /** {@code Did you mean "web"?} with a space before it, or nothing. */
    public static String question(String word, Collection<String> known) {
        return to(word, known).map(" Did you mean \"%s\"?"::formatted).orElse("");
    }

    /** Changes, insertions, removals and swaps of neighbours that make one word of the other. */
    private static int distance(String lower, String candidate) {
        String other = candidate.toLowerCase(Locale.ROOT);
        int[][] steps = new int[lower.length() + 1][other.length() + 1];
        for (int i = 0; i <= lower.length(); i++) {
            steps[i][0] = i;
        }
        for (int j = 0; j <= other.length(); j++) {
            steps[0][j] = j;
        }
        for (int i = 1; i <= lower.length(); i++) {
            for (int j = 1; j <= other.length(); j++) {
                boolean same = lower.charAt(i - 1) == other.charAt(j - 1);
                steps[i][j] =
                        Math.min(
                                Math.min(steps[i - 1][j], steps[i][j - 1]) + 1,
                                steps[i - 1][j - 1] + (same ? 0 : 1));
                if (i > 1
                        && j > 1
                        && lower.charAt(i - 1) == other.charAt(j - 2)
                        && lower.charAt(i - 2) == other.charAt(j - 1)) {
                    steps[i][j] = Math.min(steps[i][j], steps[i - 2][j - 2] + 1);
                }
            }
        }
        return steps[lower.length()][other.length()];
    }
}
