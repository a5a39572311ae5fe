package stagecoach.tentacle.install.configuration;

import java.util.Optional;
import org.yaml.snakeyaml.DumperOptions.FlowStyle;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.events.AliasEvent;
import org.yaml.snakeyaml.events.CollectionStartEvent;
import org.yaml.snakeyaml.events.Event;
import org.yaml.snakeyaml.events.ScalarEvent;
import org.yaml.snakeyaml.events.SequenceStartEvent;
import org.yaml.snakeyaml.parser.Parser;
import org.yaml.snakeyaml.tokens.ScalarToken;

/** One reading of a YAML text, document by document, as deep as names of variables go. */
final class YamlTree {
    private final Parser parser;
    private final LastScalar scanner;
    private final String text;
    private final Found found;
    private final NamePath path = new NamePath();

    /** Where the newest value ends. */
    private int contentEnd;

    /** A place of which both are known: marks count code points, and come in order. */
    private int knownPoints;

    private int knownChars;

    YamlTree(Parser parser, LastScalar scanner, String text, Found found) {
        this.parser = parser;
        this.scanner = scanner;
        this.text = text;
        this.found = found;
    }

    void read() throws UnreadableFile {
        while (parser.peekEvent() != null) {
            Event event = parser.getEvent();
            switch (event.getEventId()) {
                case StreamStart, StreamEnd, DocumentStart, DocumentEnd, Comment -> {}
                case Alias, Scalar, SequenceStart, MappingStart -> node(event, true);
                case SequenceEnd, MappingEnd -> throw new IllegalStateException("an end alone");
            }
        }
    }

    /**
     * Reads one node, to its end.
     *
     * @param named whether this is a place that a name leads to
     */
    private void node(Event event, boolean named) throws UnreadableFile {
        Optional<String> value =
                named && !found.isTooMuch()
                        ? Optional.ofNullable(found.variables().get(path.name()))
                        : Optional.empty();
        if (event instanceof ScalarEvent scalar) {
            scalar(scalar, value);
        } else if (event instanceof AliasEvent) {
            int start = offset(event.getStartMark());
            contentEnd = offset(event.getEndMark());
            value.ifPresent(text -> replace(start, contentEnd, YamlText.ofUnknown(text)));
        } else {
            collection((CollectionStartEvent) event, value, named);
        }
    }

    private void replace(int start, int end, String written) {
        // A colon or a dash needs a blank behind it.
        boolean apart = start == 0 || Character.isWhitespace(text.charAt(start - 1));
        found.replace(new Replacement(path.name(), start, end, apart ? written : " " + written));
    }

    private void scalar(ScalarEvent event, Optional<String> value) {
        Optional<ScalarToken> written = scanner.last().filter(token -> isOf(event, token));
        int start = offset(written.map(ScalarToken::getStartMark).orElseGet(event::getEndMark));
        contentEnd = offset(written.map(ScalarToken::getEndMark).orElseGet(event::getEndMark));
        while (contentEnd > start && isLineEnd(text.charAt(contentEnd - 1))) {
            // A block of text ends with its last line.
            contentEnd--;
        }
        value.ifPresent(
                text ->
                        replace(
                                start,
                                contentEnd,
                                YamlText.insteadOf(event, written.isPresent(), text)));
    }

    private static boolean isOf(ScalarEvent event, ScalarToken token) {
        return token.getStartMark().getIndex() >= event.getStartMark().getIndex()
                && token.getEndMark().getIndex() <= event.getEndMark().getIndex()
                && event.getStartMark().getIndex() < event.getEndMark().getIndex();
    }

    private static boolean isLineEnd(char c) {
        return c == '\n' || c == '\r';
    }

    private void collection(CollectionStartEvent event, Optional<String> value, boolean named)
            throws UnreadableFile {
        int start = offset(event.getStartMark());
        boolean list = event instanceof SequenceStartEvent;
        Optional<String> instead = value.flatMap(Kinds::collection);
        boolean properties = event.getAnchor() != null || event.getTag() != null;
        if (value.isPresent() && (instead.isEmpty() || properties)) {
            found.leave(
                    path.name(),
                    properties
                            ? "it has an anchor or a tag there"
                            : "it is a %s there, and the variable's value is none in JSON"
                                    .formatted(list ? "list" : "mapping"));
            instead = Optional.empty();
        }
        if (!path.open(list)) {
            throw UnreadableFile.at(
                    event.getStartMark().getLine() + 1,
                    "it is nested deeper than %d levels".formatted(NamePath.DEPTH_MAX));
        }
        Event end = children(named && instead.isEmpty(), list);
        path.close();
        if (event.getFlowStyle() == FlowStyle.FLOW) {
            contentEnd = offset(end.getEndMark());
        }
        if (instead.isPresent()) {
            String json = YamlText.onOneLine(instead.get());
            // The dashes of a list may stand as far left as its key, and brackets may not.
            boolean block = event.getFlowStyle() != FlowStyle.FLOW;
            found.replace(
                    new Replacement(path.name(), start, contentEnd, block ? " " + json : json));
        }
    }

    private Event children(boolean named, boolean list) throws UnreadableFile {
        Event next = parser.getEvent();
        while (next.getEventId() != Event.ID.SequenceEnd
                && next.getEventId() != Event.ID.MappingEnd) {
            if (list) {
                path.element();
                node(next, named);
            } else {
                boolean simple = next instanceof ScalarEvent;
                path.key(simple ? ((ScalarEvent) next).getValue() : "");
                node(next, false);
                node(parser.getEvent(), named && simple);
            }
            next = parser.getEvent();
        }
        return next;
    }

    private int offset(Mark mark) {
        int points = mark.getIndex();
        if (points < knownPoints) {
            knownPoints = 0;
            knownChars = 0;
        }
        knownChars = text.offsetByCodePoints(knownChars, points - knownPoints);
        knownPoints = points;
        return knownChars;
    }
}
