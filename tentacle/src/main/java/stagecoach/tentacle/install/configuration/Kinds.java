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
                + printable(String.valueOf(JsonStringEncoder.getInstance().quoteAsString(value)))
                + '"';
    }

    /** JSON without characters that YAML does not have as such, or takes for ends of lines. */
    static String printable(String json) {
        var text = new StringBuilder(json.length());
        for (int i = 0; i < json.length(); i++) {
            char c = json.charAt(i);
            if (isUnprintable(c)) {
                text.append("\\u%04x".formatted((int) c));
            } else {
                text.append(c);
            }
        }
        return text.toString();
    }

    private static boolean isUnprintable(char c) {
        return (c >= 0x7F && c < 0xA0)
                || c == 0x2028
                || c == 0x2029
                || c == 0xFEFF
                || c == 0xFFFE
                || c == 0xFFFF;
    }
}
