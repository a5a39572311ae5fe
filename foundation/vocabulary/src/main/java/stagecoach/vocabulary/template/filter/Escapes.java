package stagecoach.vocabulary.template.filter;

import java.nio.charset.StandardCharsets;
import java.util.function.IntFunction;

/** Texts made safe for the places that they are put into. */
public final class Escapes {
    private static final String UNRESERVED = "-_.~";
    private static final String RESERVED = ":/?#[]@!$&'()*+,;=%";

    private Escapes() {}

    /** HTML 4 does not know the apostrophe by its name. */
    public static String html(String text) {
        return markup(text, "&#39;");
    }

    /** Escaped for XML. */
    public static String xml(String text) {
        return markup(text, "&apos;");
    }

    private static String markup(String text, String apostrophe) {
        return each(
                text,
                c ->
                        switch (c) {
                            case '&' -> "&amp;";
                            case '<' -> "&lt;";
                            case '>' -> "&gt;";
                            case '"' -> "&quot;";
                            case '\'' -> apostrophe;
                            default -> Character.toString(c);
                        });
    }

    /** What stands between the quotes of a JSON text. */
    public static String json(String text) {
        return each(
                text,
                c ->
                        switch (c) {
                            case '"' -> "\\\"";
                            case '\\' -> "\\\\";
                            case '\n' -> "\\n";
                            case '\r' -> "\\r";
                            case '\t' -> "\\t";
                            case '\b' -> "\\b";
                            case '\f' -> "\\f";
                            default -> c < ' ' ? "\\u%04x".formatted(c) : Character.toString(c);
                        });
    }

    /** One word of a command line of sh or bash: between single quotes nothing is special. */
    public static String shell(String text) {
        return "'" + text.replace("'", "'\\''") + "'";
    }

    /** One text of PowerShell, to which typographic quotes are quotes, too. */
    public static String powerShell(String text) {
        return each(
                        text,
                        c ->
                                switch (c) {
                                    case '\'', '\u2018', '\u2019', '\u201a', '\u201b' ->
                                            Character.toString(c).repeat(2);
                                    default -> Character.toString(c);
                                })
                .transform(escaped -> "'" + escaped + "'");
    }

    /** A key or a value of a Java properties file; only a key's inner blanks, = and : count. */
    public static String properties(String text, boolean key) {
        var escaped = new StringBuilder();
        boolean leading = true;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '\\' -> escaped.append("\\\\");
                case '\n' -> escaped.append("\\n");
                case '\r' -> escaped.append("\\r");
                case '\t' -> escaped.append("\\t");
                case '\f' -> escaped.append("\\f");
                case ' ' -> escaped.append(key || leading ? "\\ " : " ");
                case '=', ':', '#', '!' -> escaped.append(key ? "\\" : "").append(c);
                default -> {
                    if (c < ' ' || c > '~') {
                        escaped.append("\\u%04X".formatted((int) c));
                    } else {
                        escaped.append(c);
                    }
                }
            }
            leading &= c == ' ';
        }
        return escaped.toString();
    }

    /** Percent-encoded UTF-8; {@code whole} keeps what gives a URI its form. */
    public static String uri(String text, boolean whole) {
        var escaped = new StringBuilder();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            boolean plain =
                    (c >= 'a' && c <= 'z')
                            || (c >= 'A' && c <= 'Z')
                            || (c >= '0' && c <= '9')
                            || UNRESERVED.indexOf(c) >= 0
                            || (whole && RESERVED.indexOf(c) >= 0);
            escaped.append(plain ? Character.toString(c) : "%%%02X".formatted((int) c));
        }
        return escaped.toString();
    }

    private static String each(String text, IntFunction<String> change) {
        var escaped = new StringBuilder(text.length() + 16);
        text.codePoints().mapToObj(change).forEach(escaped::append);
        return escaped.toString();
    }
}
