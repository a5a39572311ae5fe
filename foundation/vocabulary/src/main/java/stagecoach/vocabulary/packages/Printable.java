package stagecoach.vocabulary.packages;

/** Foreign text made fit to stand in an error sentence: short, and without control characters. */
final class Printable {

    private static final int LENGTH_MAX = 128;

    private Printable() {}

    static String of(String text) {
        var shown = text.length() > LENGTH_MAX ? text.substring(0, LENGTH_MAX) + "…" : text;
        return shown.replaceAll("\\p{Cntrl}", "?");
    }
}
