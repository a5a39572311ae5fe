package stagecoach.vocabulary.template.filter;

import org.commonmark.parser.Parser;
import org.commonmark.renderer.html.HtmlRenderer;

/**
 * Markdown as HTML. HTML in it is escaped and links that run scripts lose their address: notes and
 * outputs come from elsewhere, and what is made of them goes into mails and pages.
 */
public final class Markdown {
    /** Longer texts are no notes, and would take long. */
    private static final int LENGTH_MAX = 64 * 1024;

    private static final Parser PARSER = Parser.builder().build();
    private static final HtmlRenderer HTML =
            HtmlRenderer.builder().escapeHtml(true).sanitizeUrls(true).build();

    private Markdown() {}

    /**
     * The HTML of a text.
     *
     * @throws FilterFailure if it is too long, or one thing lies too deep within another
     */
    public static String html(String text) {
        if (text.length() > LENGTH_MAX) {
            throw new FilterFailure(
                    "MarkdownToHtml takes at most %d characters.".formatted(LENGTH_MAX));
        }
        try {
            return HTML.render(PARSER.parse(text));
        } catch (StackOverflowError e) {
            throw new FilterFailure(
                    "MarkdownToHtml was given quotes, lists or images within one another, too deep to follow.");
        }
    }
}
