package stagecoach.packages.app.request;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import org.apache.commons.text.similarity.LevenshteinDistance;

/** Guesses which of the known words somebody meant. */
public final class Nearest {
    private static final LevenshteinDistance DISTANCE = LevenshteinDistance.getDefaultInstance();

    private Nearest() {}

    /**
     * {@code Did you mean "web"?} with a space before it, for a known word that is about a third of
     * its letters away; otherwise nothing.
     */
    public static String question(String word, Collection<String> known) {
        String lower = word.toLowerCase(Locale.ROOT);
        return known.stream()
                .filter(candidate -> distance(lower, candidate) <= (word.length() + 2) / 3)
                .min(
                        Comparator.comparingInt((String candidate) -> distance(lower, candidate))
                                .thenComparing(Comparator.naturalOrder()))
                .map(" Did you mean \"%s\"?"::formatted)
                .orElse("");
    }

    private static int distance(String lower, String candidate) {
        return DISTANCE.apply(lower, candidate.toLowerCase(Locale.ROOT));
    }
}
