package stagecoach.vocabulary.template.syntax;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import stagecoach.vocabulary.template.filter.Digests;
import stagecoach.vocabulary.template.filter.Escapes;
import stagecoach.vocabulary.template.filter.FilterFailure;
import stagecoach.vocabulary.template.filter.Formats;
import stagecoach.vocabulary.template.filter.Indents;
import stagecoach.vocabulary.template.filter.Markdown;
import stagecoach.vocabulary.template.filter.UriParts;
import stagecoach.vocabulary.template.filter.VersionParts;

/**
 * What a value may go through: {@code #{Name | ToUpper}}. Called as in Octopus Deploy, and in any
 * case. Regular expressions are RE2's, whose time grows with the text only.
 */
public enum Filter {
    TO_LOWER("ToLower", 0, 0),
    TO_UPPER("ToUpper", 0, 0),
    TRIM("Trim", 0, 1),
    TRUNCATE("Truncate", 1, 1),
    SUBSTRING("Substring", 1, 2),
    REPLACE("Replace", 1, 2),
    APPEND("Append", 1, 1),
    PREPEND("Prepend", 1, 1),
    /** What it is told, where the variable is unknown or empty. */
    DEFAULT("Default", 1, 1),
    FORMAT("Format", 1, 1),
    CONTAINS("Contains", 1, 1),
    STARTS_WITH("StartsWith", 1, 1),
    ENDS_WITH("EndsWith", 1, 1),
    MATCH("Match", 1, 1),
    TO_BASE64("ToBase64", 0, 0),
    FROM_BASE64("FromBase64", 0, 0),
    HTML_ESCAPE("HtmlEscape", 0, 0),
    XML_ESCAPE("XmlEscape", 0, 0),
    JSON_ESCAPE("JsonEscape", 0, 0),
    YAML_SINGLE_QUOTE_ESCAPE("YamlSingleQuoteEscape", 0, 0),
    PROPERTIES_KEY_ESCAPE("PropertiesKeyEscape", 0, 0),
    PROPERTIES_VALUE_ESCAPE("PropertiesValueEscape", 0, 0),
    MARKDOWN_TO_HTML("MarkdownToHtml", 0, 0),
    URI_ESCAPE("UriEscape", 0, 0),
    URI_DATA_ESCAPE("UriDataEscape", 0, 0),
    URI_PART("UriPart", 1, 1),
    YAML_DOUBLE_QUOTE_ESCAPE("YamlDoubleQuoteEscape", 0, 0),
    /** One word of a command line of sh or bash, quotes included. */
    SHELL_ESCAPE("ShellEscape", 0, 0),
    /** One text of PowerShell, quotes included. */
    POWER_SHELL_ESCAPE("PowerShellEscape", 0, 0),
    INDENT("Indent", 1, 1),
    MD5("Md5", 0, 0),
    SHA1("Sha1", 0, 0),
    SHA256("Sha256", 0, 0),
    VERSION_MAJOR("VersionMajor", 0, 0),
    VERSION_MINOR("VersionMinor", 0, 0),
    VERSION_PATCH("VersionPatch", 0, 0),
    VERSION_REVISION("VersionRevision", 0, 0),
    VERSION_PRE_RELEASE("VersionPreRelease", 0, 0),
    VERSION_PRE_RELEASE_PREFIX("VersionPreReleasePrefix", 0, 0),
    VERSION_PRE_RELEASE_COUNTER("VersionPreReleaseCounter", 0, 0),
    VERSION_METADATA("VersionMetadata", 0, 0);

    /** The longest text that one may give, in characters. */
    public static final int TEXT_MAX = 1 << 20;

    /** The most groups in what Replace puts in: each may be as long as the text. */
    private static final int GROUPS_MAX = 10;

    private final String word;
    private final int argumentsMin;
    private final int argumentsMax;

    Filter(String word, int argumentsMin, int argumentsMax) {
        this.word = word;
        this.argumentsMin = argumentsMin;
        this.argumentsMax = argumentsMax;
    }

    /** The name in a template, such as {@code ToUpper}. */
    public String word() {
        return word;
    }

    /** Whether it gives something where the variable is unknown, too. */
    public boolean takesUnknown() {
        return this == DEFAULT;
    }

    /**
     * The value after it.
     *
     * @throws FilterFailure if it cannot take the value
     */
    public String apply(String value, List<String> told) {
        return switch (this) {
            case TO_LOWER -> value.toLowerCase(Locale.ROOT);
            case TO_UPPER -> value.toUpperCase(Locale.ROOT);
            case TRIM -> trim(value, told);
            case TRUNCATE -> truncate(value, number(told, 0));
            case SUBSTRING -> substring(value, told);
            case REPLACE -> replace(value, pattern(told), told);
            case APPEND -> value + told.getFirst();
            case PREPEND -> told.getFirst() + value;
            case DEFAULT -> value.isEmpty() ? told.getFirst() : value;
            case FORMAT -> Formats.format(value, told.getFirst());
            case CONTAINS -> truth(value.contains(told.getFirst()));
            case STARTS_WITH -> truth(value.startsWith(told.getFirst()));
            case ENDS_WITH -> truth(value.endsWith(told.getFirst()));
            case MATCH -> truth(pattern(told).matcher(value).find());
            case TO_BASE64 ->
                    Base64.getEncoder().encodeToString(value.getBytes(StandardCharsets.UTF_8));
            case FROM_BASE64 -> fromBase64(value);
            case HTML_ESCAPE -> Escapes.html(value);
            case XML_ESCAPE -> Escapes.xml(value);
            case JSON_ESCAPE -> Escapes.json(value);
            case YAML_SINGLE_QUOTE_ESCAPE -> value.replace("'", "''");
            case PROPERTIES_KEY_ESCAPE -> Escapes.properties(value, true);
            case PROPERTIES_VALUE_ESCAPE -> Escapes.properties(value, false);
            case MARKDOWN_TO_HTML -> Markdown.html(value, TEXT_MAX);
            case URI_ESCAPE -> Escapes.uri(value, true);
            case URI_DATA_ESCAPE -> Escapes.uri(value, false);
            case URI_PART -> UriParts.of(value, told.getFirst());
            case YAML_DOUBLE_QUOTE_ESCAPE -> Escapes.json(value);
            case SHELL_ESCAPE -> Escapes.shell(value);
            case POWER_SHELL_ESCAPE -> Escapes.powerShell(value);
            case INDENT -> Indents.of(value, told.getFirst(), TEXT_MAX);
            case MD5 -> Digests.hex("MD5", value);
            case SHA1 -> Digests.hex("SHA-1", value);
            case SHA256 -> Digests.hex("SHA-256", value);
            case VERSION_MAJOR -> VersionParts.number(value, 0);
            case VERSION_MINOR -> VersionParts.number(value, 1);
            case VERSION_PATCH -> VersionParts.number(value, 2);
            case VERSION_REVISION -> VersionParts.number(value, 3);
            case VERSION_PRE_RELEASE -> VersionParts.preRelease(value);
            case VERSION_PRE_RELEASE_PREFIX -> VersionParts.preReleasePrefix(value);
            case VERSION_PRE_RELEASE_COUNTER -> VersionParts.preReleaseCounter(value);
            case VERSION_METADATA -> VersionParts.metadata(value);
        };
    }

    /** The filter of a name; empty if there is none. */
    static Optional<Filter> named(String word) {
        return Arrays.stream(values())
                .filter(filter -> filter.word.equalsIgnoreCase(word))
                .findFirst();
    }

    /** What is wrong with a call, as far as its texts tell; empty if nothing is. */
    Optional<String> mistake(List<Operand> arguments) {
        if (arguments.size() < argumentsMin || arguments.size() > argumentsMax) {
            return Optional.of(
                    "%s takes %s, and has %d here.".formatted(word, arity(), arguments.size()));
        }
        for (int i = 0; i < arguments.size(); i++) {
            if (arguments.get(i) instanceof Operand.Text(String text)) {
                try {
                    check(i, text);
                } catch (FilterFailure failure) {
                    return Optional.of(String.valueOf(failure.getMessage()));
                }
            }
        }
        return Optional.empty();
    }

    private void check(int argument, String text) {
        switch (this) {
            case TRUNCATE, SUBSTRING -> number(argument, text);
            case MATCH -> pattern(text);
            case REPLACE -> {
                if (argument == 0) {
                    pattern(text);
                }
            }
            case TRIM -> side(text);
            case FORMAT -> Formats.check(text);
            case URI_PART -> UriParts.check(text);
            case INDENT -> Indents.check(text);
            case TO_LOWER,
                    TO_UPPER,
                    APPEND,
                    PREPEND,
                    DEFAULT,
                    CONTAINS,
                    STARTS_WITH,
                    ENDS_WITH,
                    TO_BASE64,
                    FROM_BASE64,
                    HTML_ESCAPE,
                    XML_ESCAPE,
                    JSON_ESCAPE,
                    YAML_SINGLE_QUOTE_ESCAPE,
                    PROPERTIES_KEY_ESCAPE,
                    PROPERTIES_VALUE_ESCAPE,
                    MARKDOWN_TO_HTML,
                    URI_ESCAPE,
                    URI_DATA_ESCAPE,
                    YAML_DOUBLE_QUOTE_ESCAPE,
                    SHELL_ESCAPE,
                    POWER_SHELL_ESCAPE,
                    MD5,
                    SHA1,
                    SHA256,
                    VERSION_MAJOR,
                    VERSION_MINOR,
                    VERSION_PATCH,
                    VERSION_REVISION,
                    VERSION_PRE_RELEASE,
                    VERSION_PRE_RELEASE_PREFIX,
                    VERSION_PRE_RELEASE_COUNTER,
                    VERSION_METADATA -> {}
        }
    }

    private String arity() {
        if (argumentsMax == 0) {
            return "no argument";
        }
        return argumentsMin == argumentsMax
                ? argumentsMin + (argumentsMin == 1 ? " argument" : " arguments")
                : "%d to %d arguments".formatted(argumentsMin, argumentsMax);
    }

    /** The names of all, for people. */
    static String all() {
        return Arrays.stream(values()).map(Filter::word).collect(Collectors.joining(", "));
    }

    private static String trim(String value, List<String> told) {
        if (told.isEmpty()) {
            return value.strip();
        }
        return side(told.getFirst()) ? value.stripLeading() : value.stripTrailing();
    }

    private static boolean side(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "start" -> true;
            case "end" -> false;
            default -> throw new FilterFailure("Trim takes start, end or nothing.");
        };
    }

    private static String truncate(String value, int length) {
        return value.length() <= length ? value : value.substring(0, length) + "...";
    }

    /** One number is a length, two are start and length; what is beyond the end is not there. */
    private String substring(String value, List<String> told) {
        int start = told.size() == 1 ? 0 : Math.min(number(told, 0), value.length());
        long end = (long) start + number(told, told.size() - 1);
        return value.substring(start, (int) Math.min(end, value.length()));
    }

    private static String replace(String value, Pattern pattern, List<String> told) {
        String by = told.size() == 1 ? "" : told.get(1);
        if (by.chars().filter(c -> c == '$').count() > GROUPS_MAX) {
            throw new FilterFailure(
                    "Replace puts in at most %d groups at once.".formatted(GROUPS_MAX));
        }
        var matcher = pattern.matcher(value);
        var replaced = new StringBuilder();
        try {
            while (matcher.find()) {
                matcher.appendReplacement(replaced, by);
                if (replaced.length() > TEXT_MAX) {
                    throw new FilterFailure(
                            "Replace gives more than %d characters.".formatted(TEXT_MAX));
                }
            }
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new FilterFailure(
                    "Replace was told to put in a group that its pattern does not have: $1 is the first one, and \\$ the sign itself.");
        }
        return matcher.appendTail(replaced).toString();
    }

    private static String fromBase64(String value) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(
                            ByteBuffer.wrap(
                                    Base64.getDecoder().decode(value.replaceAll("\\s", ""))))
                    .toString();
        } catch (IllegalArgumentException e) {
            throw new FilterFailure("FromBase64 was given a value that is no base64.");
        } catch (CharacterCodingException e) {
            throw new FilterFailure("FromBase64 was given bytes that are no UTF-8 text.");
        }
    }

    private int number(List<String> told, int argument) {
        return number(argument, told.get(argument));
    }

    private int number(int argument, String text) {
        try {
            int number = Integer.parseInt(text);
            if (number >= 0) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Told below, like a negative one.
        }
        // What it was told may come from a sensitive variable, so it is not repeated.
        throw new FilterFailure(
                "Argument %d of %s is no number of characters.".formatted(argument + 1, word));
    }

    private Pattern pattern(List<String> told) {
        return pattern(told.getFirst());
    }

    private Pattern pattern(String text) {
        try {
            return Pattern.compile(text);
        } catch (PatternSyntaxException e) {
            throw new FilterFailure(
                    "Argument 1 of %s is no regular expression: %s."
                            .formatted(word, e.getDescription()));
        }
    }

    private static String truth(boolean value) {
        return value ? "True" : "False";
    }
}
