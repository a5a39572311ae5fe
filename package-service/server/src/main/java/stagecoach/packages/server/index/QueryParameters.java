package stagecoach.packages.server.index;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import stagecoach.vocabulary.packages.PackageVersion;

/** A search as NuGet clients write it: {@code q}, {@code skip}, {@code take} and so on. */
public final class QueryParameters {
    private static final int SKIP_MAX = 100_000;
    private static final int TAKE_MAX = 1000;
    private static final int TAKE_DEFAULT = 20;
    private static final PackageVersion SEMVER2 = new PackageVersion("2.0.0");

    private final Function<String, Optional<String>> named;
    private final List<String> malformed = new ArrayList<>();
    private final int skip;
    private final int take;

    /**
     * Reads them.
     *
     * @param named the value of a parameter, if it is there
     */
    public QueryParameters(Function<String, Optional<String>> named) {
        this.named = named;
        this.skip = number("skip", 0, SKIP_MAX);
        this.take = number("take", TAKE_DEFAULT, TAKE_MAX);
    }

    /** Those that must be whole numbers that are not negative, and are not. */
    public List<String> malformed() {
        return List.copyOf(malformed);
    }

    /**
     * What is searched for.
     *
     * @param idOnly whether the words must stand in the id
     */
    public PackageQuery query(boolean idOnly) {
        return query(PackageQuery.words(named.apply("q").orElse("")), idOnly);
    }

    /** What does not depend on the words. */
    public PackageQuery filter() {
        return query(List.of(), true);
    }

    private PackageQuery query(List<String> words, boolean idOnly) {
        return new PackageQuery(
                words,
                idOnly,
                skip,
                take,
                named.apply("prerelease").filter("true"::equalsIgnoreCase).isPresent(),
                named.apply("semVerLevel").filter(QueryParameters::isSemVer2).isPresent(),
                named.apply("packageType")
                        .map(QueryParameters::type)
                        .filter(type -> !type.isEmpty()));
    }

    /** No type has control characters, and some indexes refuse them. */
    private static String type(String text) {
        return text.replaceAll("\\p{Cntrl}", "?").strip().toLowerCase(Locale.ROOT);
    }

    private static boolean isSemVer2(String level) {
        try {
            return PackageVersion.parse(level).compareTo(SEMVER2) >= 0;
        } catch (IllegalArgumentException noVersion) {
            return false;
        }
    }

    private int number(String name, int absent, int max) {
        String text = named.apply(name).orElse("");
        if (text.isEmpty()) {
            return absent;
        }
        // Longer ones are cut like all that are too large.
        if (!text.matches("[0-9]+")) {
            malformed.add(name);
            return absent;
        }
        return text.length() > 9 ? max : Math.min(Integer.parseInt(text), max);
    }
}
