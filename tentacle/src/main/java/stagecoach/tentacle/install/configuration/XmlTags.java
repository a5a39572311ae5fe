package stagecoach.tentacle.install.configuration;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Where elements and attributes of an XML text stand, in the order of their start tags. It takes
 * for granted what a parser checks beside it; of what no parser would accept it only says so.
 */
final class XmlTags {
    /** A span of the text. */
    record Span(int start, int end) {}

    /**
     * An element.
     *
     * @param name as written, with its prefix
     * @param attributes between their quotes, by their names as written
     * @param content between its tags; if it is its own end tag, from that tag's slash to the end
     * @param alone whether it is its own end tag
     */
    record Element(String name, Map<String, Span> attributes, Span content, boolean alone) {}

    private static final class Open {
        final int number;
        final String name;
        final Map<String, Span> attributes;
        final int content;

        Open(int number, String name, Map<String, Span> attributes, int content) {
            this.number = number;
            this.name = name;
            this.attributes = attributes;
            this.content = content;
        }
    }

    private final String text;
    private final List<Element> elements = new ArrayList<>();
    private final Deque<Open> open = new ArrayDeque<>();
    private int at;

    private XmlTags(String text) {
        this.text = text;
    }

    /** The elements, in the order of their start tags. */
    static List<Element> of(String text) throws UnreadableFile {
        return new XmlTags(text).elements();
    }

    private List<Element> elements() throws UnreadableFile {
        for (at = text.indexOf('<'); at >= 0; at = text.indexOf('<', at)) {
            if (text.startsWith("<!--", at)) {
                skipBehind("-->", at + 4);
            } else if (text.startsWith("<![CDATA[", at)) {
                skipBehind("]]>", at);
            } else if (text.startsWith("<?", at)) {
                skipBehind("?>", at);
            } else if (text.startsWith("<!", at)) {
                skipDocumentType();
            } else if (text.startsWith("</", at)) {
                endTag();
            } else {
                startTag();
            }
        }
        if (!open.isEmpty()) {
            at = text.length();
            throw wrong("it ends within <%s>".formatted(open.element().name));
        }
        return elements;
    }

    private void skipBehind(String end, int from) throws UnreadableFile {
        int found = text.indexOf(end, from);
        if (found < 0) {
            throw wrong("nothing ends what begins here");
        }
        at = found + end.length();
    }

    /** Declarations of a file's own make entities, of which a short text can hold very many. */
    private void skipDocumentType() throws UnreadableFile {
        for (int i = at; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '[') {
                throw wrong("a DOCTYPE with declarations of its own is not read; take them out");
            }
            if (c == '"' || c == '\'') {
                i = text.indexOf(c, i + 1);
                if (i < 0) {
                    break;
                }
            } else if (c == '>') {
                at = i + 1;
                return;
            }
        }
        throw wrong("nothing ends what begins here");
    }

    private void endTag() throws UnreadableFile {
        int start = at;
        skipBehind(">", at);
        if (open.isEmpty()) {
            at = start;
            throw wrong("an end tag has no start");
        }
        Open ending = open.pop();
        String name = text.substring(start + 2, at - 1).strip();
        if (!name.equals(ending.name)) {
            at = start;
            throw wrong("</%s> stands where </%s> is due".formatted(name, ending.name));
        }
        elements.set(
                ending.number,
                new Element(
                        ending.name, ending.attributes, new Span(ending.content, start), false));
    }

    private void startTag() throws UnreadableFile {
        int start = at;
        int name = start + 1;
        int i = nameEnd(name);
        String called = text.substring(name, i);
        Map<String, Span> attributes = new LinkedHashMap<>();
        while (i < text.length()) {
            char c = text.charAt(i);
            if (c == '>' || c == '/') {
                boolean alone = c == '/';
                int end = alone ? i + 2 : i + 1;
                if (called.isEmpty() || end > text.length()) {
                    break;
                }
                at = end;
                add(called, attributes, alone ? new Span(i, end) : new Span(end, end), alone);
                return;
            }
            if (isBlank(c)) {
                i++;
                continue;
            }
            int attributeEnd = nameEnd(i);
            int quote = attributeEnd;
            while (quote < text.length()
                    && (isBlank(text.charAt(quote)) || text.charAt(quote) == '=')) {
                quote++;
            }
            if (attributeEnd == i || quote >= text.length()) {
                break;
            }
            int close = text.indexOf(text.charAt(quote), quote + 1);
            if (close < 0) {
                break;
            }
            attributes.put(text.substring(i, attributeEnd), new Span(quote + 1, close));
            i = close + 1;
        }
        throw wrong("this is no tag");
    }

    private void add(String name, Map<String, Span> attributes, Span content, boolean alone)
            throws UnreadableFile {
        if (open.size() >= NamePath.DEPTH_MAX) {
            throw wrong("it is nested deeper than %d levels".formatted(NamePath.DEPTH_MAX));
        }
        if (!alone) {
            open.push(new Open(elements.size(), name, attributes, content.start()));
        }
        elements.add(new Element(name, attributes, content, alone));
    }

    private int nameEnd(int from) {
        int i = from;
        while (i < text.length()
                && !isBlank(text.charAt(i))
                && "=/>\"'<".indexOf(text.charAt(i)) < 0) {
            i++;
        }
        return i;
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t' || c == '\r' || c == '\n';
    }

    private UnreadableFile wrong(String what) {
        return UnreadableFile.at(
                UnreadableFile.line(text, Math.max(at, 0)), "it is no XML: " + what);
    }
}
