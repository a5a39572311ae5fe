package stagecoach.tentacle.install.configuration;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How values are written in XML. */
final class XmlText {
    private static final int DECLARATION_BYTES_MAX = 256;
    private static final Pattern DECLARED =
            Pattern.compile("^<\\?xml[^>]*\\sencoding\\s*=\\s*[\"']([A-Za-z0-9._-]{1,40})[\"']");

    private XmlText() {}

    /** The encoding that a file without a byte order mark says to have. */
    static Charset declaredCharset(byte[] bytes) throws UnreadableFile {
        String begin =
                new String(
                        bytes,
                        0,
                        Math.min(bytes.length, DECLARATION_BYTES_MAX),
                        StandardCharsets.ISO_8859_1);
        Matcher declared = DECLARED.matcher(begin);
        if (!declared.find()) {
            return StandardCharsets.UTF_8;
        }
        String name = declared.group(1);
        try {
            Charset charset = Charset.forName(name);
            if (!charset.canEncode()) {
                throw UnreadableFile.at(
                        1,
                        "its encoding '%s' can only be read here; store the file as UTF-8"
                                .formatted(name));
            }
            return charset;
        } catch (IllegalArgumentException e) {
            throw UnreadableFile.at(1, "its encoding '%s' is not known here".formatted(name));
        }
    }

    /** Whether all of it may stand in XML at all; control characters may not, however written. */
    static boolean allows(String value) {
        return value.codePoints()
                .allMatch(
                        c ->
                                c == '\t'
                                        || c == '\n'
                                        || c == '\r'
                                        || (c >= 0x20 && c <= 0xD7FF)
                                        || (c >= 0xE000 && c <= 0xFFFD)
                                        || c >= 0x10000);
    }

    /** Whether it can be written without any sign for a character, as within CDATA. */
    static boolean isLiteral(String value, TextFile file) {
        // A parser takes every end of a line for a line feed.
        return value.codePoints().allMatch(c -> c != '\r' && (c < 0x80 || file.canHold(c)));
    }

    /** The value between tags. */
    static String content(String value, TextFile file) {
        return escaped(value, file, false);
    }

    /** The value between the quotes of an attribute, whichever they are. */
    static String attribute(String value, TextFile file) {
        return escaped(value, file, true);
    }

    private static String escaped(String value, TextFile file, boolean attribute) {
        var text = new StringBuilder();
        value.codePoints()
                .forEach(
                        c -> {
                            switch (c) {
                                case '&' -> text.append("&amp;");
                                case '<' -> text.append("&lt;");
                                case '>' -> text.append("&gt;");
                                case '"' -> text.append(attribute ? "&quot;" : "\"");
                                case '\'' -> text.append(attribute ? "&apos;" : "'");
                                case '\r' -> text.append("&#13;");
                                case '\n' -> text.append(attribute ? "&#10;" : "\n");
                                case '\t' -> text.append(attribute ? "&#9;" : "\t");
                                default -> {
                                    if (c < 0x80 || file.canHold(c)) {
                                        text.appendCodePoint(c);
                                    } else {
                                        text.append("&#").append(c).append(';');
                                    }
                                }
                            }
                        });
        return text.toString();
    }
}
