package stagecoach.packages.server.index;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import stagecoach.vocabulary.packages.PackageId;

/**
 * What somebody searches a feed for. Only listed versions are ever found.
 *
 * @param words in lower case; a package is found if it has all of them
 * @param idOnly whether the words must stand in the id, and not only in what the package says
 * @param skip how many packages are passed over
 * @param take how many packages are told at most
 * @param prerelease whether prereleases are found too
 * @param semVer2 whether the asker knows SemVer 2.0.0
 * @param packageType the type that a package must have
 */
public record PackageQuery(
        List<String> words,
        boolean idOnly,
        int skip,
        int take,
        boolean prerelease,
        boolean semVer2,
        Optional<String> packageType) {

    private static final int WORDS_MAX = 10;

    public PackageQuery {
        words = List.copyOf(words);
    }

    /** The words of what a person typed, in lower case; more than ten are not looked at. */
    public static List<String> words(String text) {
        // No text that is searched has control characters, and some indexes refuse them.
        return Arrays.stream(text.toLowerCase(Locale.ROOT).split("[\\s\\p{Cntrl}]+"))
                .filter(word -> !word.isEmpty())
                .limit(WORDS_MAX)
                .toList();
    }

    /** The text of a package in which the words are looked for, in lower case. */
    public static String searched(PackageEntry entry) {
        return String.join(
                        "\n",
                        entry.pin().id().value(),
                        entry.details().title(),
                        entry.details().tags(),
                        entry.authors(),
                        entry.description())
                .toLowerCase(Locale.ROOT);
    }

    /** Whether this version may be shown to the asker. */
    public boolean shows(PackageEntry entry) {
        return entry.listed()
                && (prerelease || !entry.pin().version().isPrerelease())
                && (semVer2 || !entry.details().semVer2());
    }

    /** Whether this version is shown and has what is searched for, so that its package is found. */
    public boolean finds(PackageEntry entry) {
        var text = idOnly ? entry.pin().id().lower() : searched(entry);
        return shows(entry)
                && packageType.map(type -> hasType(entry, type)).orElse(true)
                && words.stream().allMatch(text::contains);
    }

    private static boolean hasType(PackageEntry entry, String type) {
        return entry.details().types().stream().anyMatch(type::equalsIgnoreCase);
    }

    /** The order of what is found: whose id is the very word, whose id has it, all others. */
    public Comparator<PackageId> order() {
        var word = words.isEmpty() ? "" : words.getFirst();
        return Comparator.comparing((PackageId id) -> !id.lower().equals(word))
                .thenComparing(id -> !id.lower().contains(word))
                .thenComparing(Comparator.naturalOrder());
    }
}
