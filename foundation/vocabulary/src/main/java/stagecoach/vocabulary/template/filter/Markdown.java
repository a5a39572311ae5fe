package stagecoach.vocabulary.template.filter;

import org.commonmark.parser.Parser;
import org.commonmark.renderer.html.HtmlRenderer;

/**
 * Markdown as HTML. HTML in it is escaped and links that run scripts lose their address: notes and
 * outputs come from elsewhere, and what is made of them goes into mails and pages.
 */
public final class Markdown {
    /** Longer texts are no notes, and quotes and lists within one another would take long. */
    private static final int LENGTH_MAX = 16 * 1024;

    private static final Parser PARSER = Parser.builder().build();
    private static final HtmlRenderer HTML =
            HtmlRenderer.builder().escapeHtml(true).sanitizeUrls(true).build();

    private Markdown() {}

    /**
     * The HTML of a text.
     *
     * @param max most characters that it may become
     * @throws FilterFailure if either is too long, or one thing lies too deep within another
     */
    public static String html(String text, int max) {
        if (text.length() > LENGTH_MAX) {
            throw new FilterFailure(
                    "MarkdownToHtml takes at most %d characters.".formatted(LENGTH_MAX));
        }
        try {
            var html = new Bounded(max);
            HTML.render(PARSER.parse(text), html);
            return html.toString();
        } catch (StackOverflowError e) {
            throw new FilterFailure(
                    "MarkdownToHtml was given quotes, lists or images within one another, too deep to follow.");
        }
    }

    /** Ends the rendering where it is too much: an address is written out at each use of it. */
    private record Bounded(StringBuilder text, int max) implements Appendable {
        private Bounded(int max) {
            this(new StringBuilder(), max);
        }

        @Override
        public Appendable append(CharSequence piece) {
            return append(piece, 0, piece.length());
        }

        @Override
        public Appendable append(CharSequence piece, int start, int end) {
            refuseUnlessFits(end - start);
            text.append(piece, start, end);
            return this;
        }

        @Override
        public Appendable append(char character) {
            refuseUnlessFits(1);
            text.append(character);
            return this;
        }

        private void refuseUnlessFits(int more) {
            if (more > max - text.length()) {
                throw new FilterFailure(
                        "MarkdownToHtml gives more than %d characters.".formatted(max));
            }
        }

        @Override
        public String toString() {
            return text.toString();
        }
    }
}
