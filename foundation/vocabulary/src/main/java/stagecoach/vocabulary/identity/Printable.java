package stagecoach.vocabulary.identity;

/** Foreign text made fit to stand in an error sentence: short, and without control characters. */
public final class Printable {
    private static final int LENGTH_MAX = 128;

    private Printable() {}

    /** The text, cut where it is too long, with question marks for control characters. */
    public static String of(String text) {
        var shown = text.length() > LENGTH_MAX ? text.substring(0, LENGTH_MAX) + "…" : text;
        return shown.replaceAll("\\p{Cntrl}", "?");
    }
}
