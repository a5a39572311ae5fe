package stagecoach.tentacle.install.configuration;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.io.IOException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** What kind of value a text is, for formats that tell numbers from texts. */
final class Kinds {
    private static final Pattern NUMBER =
            Pattern.compile("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?");
    private static final Pattern TRUTH = Pattern.compile("true|false", Pattern.CASE_INSENSITIVE);
    private static final int NUMBER_LENGTH_MAX = 300;

    /** Strict JSON. */
    static final JsonFactory JSON =
            JsonFactory.builder()
                    .streamReadConstraints(
                            StreamReadConstraints.builder()
                                    .maxNestingDepth(NamePath.DEPTH_MAX)
                                    .build())
                    .build();

    private Kinds() {}

    /** The value as a number is written in JSON. */
    static Optional<String> number(String value) {
        return value.length() <= NUMBER_LENGTH_MAX && NUMBER.matcher(value).matches()
                ? Optional.of(value)
                : Optional.empty();
    }

    /** The value as {@code true} or {@code false}. */
    static Optional<String> truth(String value) {
        return TRUTH.matcher(value).matches()
                ? Optional.of(value.toLowerCase(Locale.ROOT))
                : Optional.empty();
    }

    /** The value if it is a JSON object or array, stripped. */
    static Optional<String> collection(String value) {
        String stripped = value.strip();
        if (!stripped.startsWith("{") && !stripped.startsWith("[")) {
            return Optional.empty();
        }
        try (JsonParser parser = JSON.createParser(stripped)) {
            JsonToken first = parser.nextToken();
            parser.skipChildren();
            return first.isStructStart() && parser.nextToken() == null
                    ? Optional.of(stripped)
                    : Optional.empty();
        } catch (IOException notJson) {
            return Optional.empty();
        }
    }

    /** The value as a text in double quotes, which JSON and YAML read alike. */
    static String quoted(String value) {
        return '"'
                + String.valueOf(JsonStringEncoder.getInstance().quoteAsString(value))
                        .replace("\u007f", "\\u007f")
                        .replace("\u0085", "\\u0085")
                        .replace("\u2028", "\\u2028")
                        .replace("\u2029", "\\u2029")
                        .replace("\ufeff", "\\ufeff")
                + '"';
    }
}
