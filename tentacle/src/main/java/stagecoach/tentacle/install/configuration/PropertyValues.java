package stagecoach.tentacle.install.configuration;

import java.util.function.IntPredicate;

/**
 * Values of a file of properties, as Java reads it: the variable is called like the key. Comments,
 * order and separators stay.
 */
final class PropertyValues implements Format.Reading {
    @Override
    public void read(TextFile file, Found found) throws UnreadableFile {
        String text = file.text();
        // Who already reads more than ASCII there reads it in values, too.
        boolean beyondAscii = text.chars().anyMatch(c -> c >= 0x80);
        IntPredicate literal = c -> c < 0x80 || (beyondAscii && file.canHold(c));
        int at = 0;
        while (at < text.length() && !found.isTooMuch()) {
            int start = skipBlanks(text, at);
            if (start < text.length() && (text.charAt(start) == '#' || text.charAt(start) == '!')) {
                at = naturalEnd(text, start);
            } else {
                at = property(text, start, literal, found);
            }
            at = behindLineEnd(text, at);
        }
    }

    /** Reads one property, to the end of its line, and of those that continue it. */
    private static int property(String text, int start, IntPredicate literal, Found found)
            throws UnreadableFile {
        int end = logicalEnd(text, start);
        int keyEnd = start;
        while (keyEnd < end
                && !isBlank(text.charAt(keyEnd))
                && "=:".indexOf(text.charAt(keyEnd)) < 0) {
            keyEnd += text.charAt(keyEnd) == '\\' ? 2 : 1;
        }
        keyEnd = Math.min(keyEnd, end);
        String key = unescaped(text, start, keyEnd);
        int value = skipContinued(text, keyEnd, end);
        boolean separated = value > keyEnd;
        if (value < end && "=:".indexOf(text.charAt(value)) >= 0) {
            value = skipContinued(text, value + 1, end);
            separated = true;
        }
        unescaped(text, value, end);
        String wanted = found.variables().get(key);
        if (wanted != null && !key.isEmpty()) {
            String written = escaped(wanted, literal);
            found.replace(new Replacement(key, value, end, separated ? written : "=" + written));
        }
        return end;
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t' || c == '\f';
    }

    private static boolean isLineEnd(char c) {
        return c == '\n' || c == '\r';
    }

    private static int skipBlanks(String text, int from) {
        int at = from;
        while (at < text.length() && isBlank(text.charAt(at))) {
            at++;
        }
        return at;
    }

    /** Blanks, and ends of lines that are continued. */
    private static int skipContinued(String text, int from, int end) {
        int at = from;
        while (at < end) {
            char c = text.charAt(at);
            if (isBlank(c)) {
                at++;
            } else if (c == '\\' && at + 1 < end && isLineEnd(text.charAt(at + 1))) {
                at = behindLineEnd(text, at + 1);
            } else {
                break;
            }
        }
        return Math.min(at, end);
    }

    private static int naturalEnd(String text, int from) {
        int at = from;
        while (at < text.length() && !isLineEnd(text.charAt(at))) {
            at++;
        }
        return at;
    }

    /** The end of the last line that belongs to the one that begins here. */
    private static int logicalEnd(String text, int from) {
        int at = from;
        while (at < text.length() && !isLineEnd(text.charAt(at))) {
            if (text.charAt(at) == '\\' && at + 1 < text.length()) {
                at = isLineEnd(text.charAt(at + 1)) ? behindLineEnd(text, at + 1) : at + 2;
            } else {
                at++;
            }
        }
        return at;
    }

    private static int behindLineEnd(String text, int from) {
        if (from >= text.length() || !isLineEnd(text.charAt(from))) {
            return from;
        }
        boolean two =
                text.charAt(from) == '\r'
                        && from + 1 < text.length()
                        && text.charAt(from + 1) == '\n';
        return from + (two ? 2 : 1);
    }

    private static String unescaped(String text, int start, int end) throws UnreadableFile {
        var key = new StringBuilder();
        int at = start;
        while (at < end) {
            char c = text.charAt(at++);
            if (c != '\\' || at >= end) {
                key.append(c);
                continue;
            }
            char escaped = text.charAt(at);
            if (isLineEnd(escaped)) {
                at = skipBlanks(text, behindLineEnd(text, at));
                continue;
            }
            at++;
            switch (escaped) {
                case 't' -> key.append('\t');
                case 'n' -> key.append('\n');
                case 'r' -> key.append('\r');
                case 'f' -> key.append('\f');
                case 'u' -> {
                    key.append(unicode(text, at, end));
                    at += 4;
                }
                default -> key.append(escaped);
            }
        }
        return key.toString();
    }

    private static char unicode(String text, int at, int end) throws UnreadableFile {
        String digits = text.substring(at, Math.min(at + 4, end));
        if (!digits.matches("[0-9A-Fa-f]{4}")) {
            throw UnreadableFile.at(
                    UnreadableFile.line(text, at), "it has no four hexadecimal digits behind \\u");
        }
        return (char) Integer.parseInt(digits, 16);
    }

    private static String escaped(String value, IntPredicate literal) {
        var text = new StringBuilder();
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '\\' -> text.append("\\\\");
                case '\n' -> text.append("\\n");
                case '\r' -> text.append("\\r");
                case '\t' -> text.append("\\t");
                case '\f' -> text.append("\\f");
                case ' ' -> text.append(i == 0 ? "\\ " : " ");
                default -> {
                    // Half of a character beyond the first plane cannot be asked for.
                    boolean asIs = c >= ' ' && !Character.isSurrogate(c) && literal.test(c);
                    text.append(asIs ? String.valueOf(c) : "\\u%04X".formatted((int) c));
                }
            }
        }
        return text.toString();
    }
}
