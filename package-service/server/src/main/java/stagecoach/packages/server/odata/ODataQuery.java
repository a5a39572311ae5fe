package stagecoach.packages.server.odata;

import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import stagecoach.packages.server.index.PackageQuery;
import stagecoach.vocabulary.packages.PackageId;

/**
 * The parameters of a list in the old protocol. Order and target framework are not looked at.
 *
 * @param id the one id that is wanted; empty also where it is no id, and then nothing is found
 * @param latestOnly whether only the newest version of each package is wanted
 * @param search what is searched for
 */
public record ODataQuery(Optional<PackageId> id, boolean latestOnly, PackageQuery search) {

    private static final int TOP_MAX = 1000;
    private static final int SKIP_MAX = 100_000;
    private static final Pattern ID_IS =
            Pattern.compile("(?:tolower\\(Id\\)|Id)\\s+eq\\s+'([^']*)'");
    private static final Pattern LATEST =
            Pattern.compile("Is(?:Absolute)?LatestVersion(?:\\s+eq\\s+true)?");
    private static final Pattern JOINED = Pattern.compile("(?:and|[()\\s])*");

    /**
     * Reads the parameters.
     *
     * @param parameter the decoded value of a parameter, or empty
     * @throws IllegalArgumentException with a sentence about what is not understood
     */
    public static ODataQuery parse(Function<String, Optional<String>> parameter) {
        var filter = parameter.apply("$filter").orElse("");
        var idIs = ID_IS.matcher(filter);
        var filtered = idIs.find() ? Optional.of(idIs.group(1)) : Optional.<String>empty();
        var latestOnly = LATEST.matcher(filter).find();
        var rest = LATEST.matcher(ID_IS.matcher(filter).replaceAll("")).replaceAll("");
        if (!JOINED.matcher(rest).matches()) {
            throw new IllegalArgumentException(
                    "This $filter is not understood: only IsLatestVersion,"
                            + " IsAbsoluteLatestVersion and Id eq '…' are.");
        }
        var words = parameter.apply("searchTerm").map(ODataQuery::unquoted).orElse("");
        return new ODataQuery(
                parameter
                        .apply("id")
                        .map(ODataQuery::unquoted)
                        .or(() -> filtered)
                        .flatMap(ODataQuery::id),
                latestOnly,
                new PackageQuery(
                        PackageQuery.words(filtered.orElse(words)),
                        filtered.isPresent(),
                        number("$skip", parameter, 0, SKIP_MAX),
                        number("$top", parameter, TOP_MAX, TOP_MAX),
                        parameter
                                .apply("includePrerelease")
                                .filter("true"::equalsIgnoreCase)
                                .isPresent(),
                        parameter
                                .apply("semVerLevel")
                                .filter(level -> level.startsWith("2"))
                                .isPresent(),
                        Optional.empty()));
    }

    private static Optional<PackageId> id(String text) {
        try {
            return Optional.of(PackageId.parse(text));
        } catch (IllegalArgumentException noId) {
            return Optional.empty();
        }
    }

    /** A text of OData stands in single quotes. */
    private static String unquoted(String literal) {
        var text = literal.strip();
        return text.length() >= 2 && text.startsWith("'") && text.endsWith("'")
                ? text.substring(1, text.length() - 1).replace("''", "'")
                : text;
    }

    private static int number(
            String name, Function<String, Optional<String>> parameter, int absent, int max) {
        var text = parameter.apply(name).orElse("");
        if (text.isEmpty()) {
            return absent;
        }
        if (!text.matches("[0-9]+")) {
            throw new IllegalArgumentException(name + " is a whole number that is not negative.");
        }
        return text.length() > 9 ? max : Math.min(Integer.parseInt(text), max);
    }
}
