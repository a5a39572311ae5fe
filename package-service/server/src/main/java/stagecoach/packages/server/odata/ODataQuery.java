package stagecoach.packages.server.odata;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLEncoder;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import stagecoach.packages.server.index.PackageQuery;
import stagecoach.vocabulary.packages.PackageId;

/**
 * The parameters of a list in the old protocol. Order and target framework are not looked at.
 *
 * @param id the one id that is wanted; empty also where it is no id, and then nothing is found
 * @param latestOnly whether only the newest version of each package is wanted
 * @param top how many entries are wanted, however many answers they take; empty for all
 * @param search what is searched for: an entry more than an answer has, so that one sees whether
 *     the list goes on
 * @param what the parameters that say what it is a list of, as they stand in a URL
 */
public record ODataQuery(
        Optional<PackageId> id,
        boolean latestOnly,
        OptionalInt top,
        PackageQuery search,
        String what) {

    /** Of one answer. */
    private static final int ENTRIES_MAX = 1000;

    private static final int NUMBER_MAX = 999_999_999;

    /** All but those that say which part of the list is wanted. */
    private static final List<String> WHAT =
            List.of(
                    "id",
                    "searchTerm",
                    "targetFramework",
                    "includePrerelease",
                    "semVerLevel",
                    "$filter",
                    "$orderby");

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
        var top = number("$top", parameter);
        var words = parameter.apply("searchTerm").map(ODataQuery::unquoted).orElse("");
        return new ODataQuery(
                parameter
                        .apply("id")
                        .map(ODataQuery::unquoted)
                        .or(() -> filtered)
                        .flatMap(ODataQuery::id),
                latestOnly,
                top,
                new PackageQuery(
                        PackageQuery.words(filtered.orElse(words)),
                        filtered.isPresent(),
                        number("$skip", parameter).orElse(0),
                        entries(top) + 1,
                        parameter
                                .apply("includePrerelease")
                                .filter("true"::equalsIgnoreCase)
                                .isPresent(),
                        parameter
                                .apply("semVerLevel")
                                .filter(level -> level.startsWith("2"))
                                .isPresent(),
                        Optional.empty()),
                WHAT.stream()
                        .flatMap(
                                name ->
                                        parameter
                                                .apply(name)
                                                .map(text -> said(name, text))
                                                .stream())
                        .collect(Collectors.joining("&")));
    }

    /** Blanks are no plus signs here: not every reader takes those for blanks. */
    private static String said(String name, String text) {
        return name + "=" + URLEncoder.encode(text, UTF_8).replace("+", "%20");
    }

    private static int entries(OptionalInt top) {
        return Math.min(top.orElse(ENTRIES_MAX), ENTRIES_MAX);
    }

    /** How many entries the answer has at most. */
    int page() {
        return entries(top);
    }

    /**
     * The parameters of the answer that goes on behind this one; empty if this one has as many as
     * were asked for: a client that got those goes on by itself, if it wants more.
     */
    Optional<String> next() {
        if (top.isPresent() && top.getAsInt() <= ENTRIES_MAX) {
            return Optional.empty();
        }
        var rest = "$skip=" + (search.skip() + ENTRIES_MAX);
        if (top.isPresent()) {
            rest += "&$top=" + (top.getAsInt() - ENTRIES_MAX);
        }
        return Optional.of(what.isEmpty() ? rest : what + "&" + rest);
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

    private static OptionalInt number(String name, Function<String, Optional<String>> parameter) {
        var text = parameter.apply(name).orElse("");
        if (text.isEmpty()) {
            return OptionalInt.empty();
        }
        if (!text.matches("[0-9]+")) {
            throw new IllegalArgumentException(name + " is a whole number that is not negative.");
        }
        return OptionalInt.of(text.length() > 9 ? NUMBER_MAX : Integer.parseInt(text));
    }
}
