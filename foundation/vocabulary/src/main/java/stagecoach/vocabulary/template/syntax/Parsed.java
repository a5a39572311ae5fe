package stagecoach.vocabulary.template.syntax;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * A text as a template. Every text is one: what cannot be read stays as it is written and is told
 * as a mistake.
 *
 * @param mistakes by their places in the text
 */
public record Parsed(List<Part> parts, List<SyntaxMistake> mistakes) {
    /** How deep conditions and loops may stand in one another. */
    public static final int DEPTH_MAX = 50;

    /** More mistakes than a person mends at once are not told. */
    private static final int MISTAKES_MAX = 20;

    private static final String OPEN = "#{";

    /** Copies the lists. */
    public Parsed {
        parts = List.copyOf(parts);
        mistakes = List.copyOf(mistakes);
    }

    /** Reads {@code text}. */
    public static Parsed of(String text) {
        return text.contains(OPEN)
                ? new Reading(text).all()
                : new Parsed(List.of(new Part.Literal(text)), List.of());
    }

    /** A text that, read as a template, is {@code text} and nothing else, whatever stands in it. */
    public static String escaped(String text) {
        var reading = new Reading(text);
        var escaped = new StringBuilder(text.length());
        int copied = 0;
        for (int open = text.indexOf(OPEN); open >= 0; open = text.indexOf(OPEN, open + 1)) {
            if (reading.isOurs(open + OPEN.length())) {
                escaped.append(text, copied, open).append('#');
                copied = open;
            }
        }
        return escaped.append(text, copied, text.length()).toString();
    }

    /** A condition or loop whose end is not read yet. */
    private static final class Frame {
        private final Tag tag;
        private final int start;
        private final String written;
        private final List<Part> parts = new ArrayList<>();
        private Optional<List<Part>> otherwise = Optional.empty();
        private String otherwiseWritten = "";

        Frame(Tag tag, int start, String written) {
            this.tag = tag;
            this.start = start;
            this.written = written;
        }

        List<Part> open() {
            return otherwise.orElse(parts);
        }

        Tag.Block block() {
            return switch (tag) {
                case Tag.Ask ask -> ask.condition().negated() ? Tag.Block.UNLESS : Tag.Block.IF;
                case Tag.Each _ -> Tag.Block.EACH;
                case Tag.Value _, Tag.Else _, Tag.Close _ ->
                        throw new IllegalStateException("opens nothing: " + tag);
            };
        }

        Part closed() {
            return switch (tag) {
                case Tag.Ask ask ->
                        new Part.Choice(ask.condition(), parts, otherwise.orElse(List.of()));
                case Tag.Each each -> new Part.Loop(each.item(), each.collection(), parts);
                case Tag.Value _, Tag.Else _, Tag.Close _ ->
                        throw new IllegalStateException("opens nothing: " + tag);
            };
        }
    }

    private static final class Reading {
        private final String text;
        private final List<Part> outermost = new ArrayList<>();
        private final Deque<Frame> frames = new ArrayDeque<>();
        private final List<SyntaxMistake> mistakes = new ArrayList<>();

        /** What stands before it is among the parts. */
        private int copied;

        Reading(String text) {
            this.text = text;
        }

        Parsed all() {
            int open = text.indexOf(OPEN);
            while (open >= 0) {
                open = text.indexOf(OPEN, tag(open));
            }
            literal(text.length());
            while (!frames.isEmpty()) {
                giveUp(frames.pop());
            }
            return new Parsed(
                    outermost,
                    mistakes.stream().sorted(Comparator.comparing(SyntaxMistake::at)).toList());
        }

        /** Reads what stands at {@code open}, and tells where to go on. */
        private int tag(int open) {
            int next = open + OPEN.length();
            if (!isOurs(next)) {
                return next;
            }
            if (open > copied && text.charAt(open - 1) == '#') {
                literal(open - 1);
                copied = open;
                return next;
            }
            var reader = new TagReader(text, next);
            Tag tag;
            try {
                tag = reader.read();
            } catch (TagReader.Unreadable unreadable) {
                mistake(open, unreadable.why());
                return next;
            }
            int end = reader.end();
            String written = text.substring(open, end);
            Optional<String> wrong = wrongHere(tag);
            if (wrong.isPresent()) {
                mistake(open, wrong.get());
                return end;
            }
            literal(open);
            copied = end;
            take(tag, open, written);
            return end;
        }

        /**
         * Whether a name or a word of the language begins here. Everything else that has a hash and
         * a brace is left to shells and other languages.
         */
        private boolean isOurs(int at) {
            int next = at;
            while (next < text.length() && Character.isWhitespace(text.charAt(next))) {
                next++;
            }
            return next < text.length()
                    && (Symbol.beginsName(text.charAt(next))
                            || closes("/if", next)
                            || closes("/unless", next)
                            || closes("/each", next));
        }

        private boolean closes(String word, int at) {
            return text.regionMatches(true, at, word, 0, word.length());
        }

        private Optional<String> wrongHere(Tag tag) {
            return switch (tag) {
                case Tag.Value _ -> Optional.empty();
                case Tag.Ask _, Tag.Each _ ->
                        frames.size() < DEPTH_MAX
                                ? Optional.empty()
                                : Optional.of(
                                        "Conditions and loops stand in one another more than %d deep."
                                                .formatted(DEPTH_MAX));
                case Tag.Else _ -> {
                    var frame = frames.peek();
                    yield frame == null
                                    || frame.block() == Tag.Block.EACH
                                    || frame.otherwise.isPresent()
                            ? Optional.of("#{else} belongs to no #{if} or #{unless}.")
                            : Optional.empty();
                }
                case Tag.Close(var block) ->
                        frames.stream().anyMatch(frame -> frame.block() == block)
                                ? Optional.empty()
                                : Optional.of(
                                        "#{/%s} closes nothing: there is no open #{%s …} before it."
                                                .formatted(block.word(), block.word()));
            };
        }

        private void take(Tag tag, int open, String written) {
            switch (tag) {
                case Tag.Value(var expression) -> parts().add(new Part.Insert(expression, written));
                case Tag.Ask _, Tag.Each _ -> frames.push(new Frame(tag, open, written));
                case Tag.Else _ -> {
                    var frame = frames.element();
                    frame.otherwise = Optional.of(new ArrayList<>());
                    frame.otherwiseWritten = written;
                }
                case Tag.Close(var block) -> {
                    while (frames.element().block() != block) {
                        giveUp(frames.pop());
                    }
                    Part closed = frames.pop().closed();
                    parts().add(closed);
                }
            }
        }

        /** What was opened and not closed is text again, with the parts in it. */
        private void giveUp(Frame frame) {
            mistake(
                    frame.start,
                    "%s is never closed. Write #{/%s} where it ends."
                            .formatted(frame.written, frame.block().word()));
            parts().add(new Part.Literal(frame.written));
            parts().addAll(frame.parts);
            frame.otherwise.ifPresent(
                    otherwise -> {
                        parts().add(new Part.Literal(frame.otherwiseWritten));
                        parts().addAll(otherwise);
                    });
        }

        private List<Part> parts() {
            var frame = frames.peek();
            return frame == null ? outermost : frame.open();
        }

        private void literal(int end) {
            if (end > copied) {
                parts().add(new Part.Literal(text.substring(copied, end)));
                copied = end;
            }
        }

        private void mistake(int offset, String why) {
            if (mistakes.size() < MISTAKES_MAX) {
                mistakes.add(new SyntaxMistake(Position.of(text, offset), why));
            }
        }
    }
}
