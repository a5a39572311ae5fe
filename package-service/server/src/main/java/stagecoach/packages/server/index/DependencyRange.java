package stagecoach.packages.server.index;

import stagecoach.vocabulary.packages.PackageVersion;

/**
 * The versions of a package that another one can live with, in NuGet's interval notation.
 *
 * @param value the normalised form, such as {@code [1.0.0, )}
 */
public record DependencyRange(String value) {

    /** Any version. */
    public static final DependencyRange ANY = new DependencyRange("");

    /** Normalises any spelling: nothing, a least version, or an interval. */
    public DependencyRange {
        value = normalise(value.strip());
    }

    @Override
    public String toString() {
        return value;
    }

    private static String normalise(String text) {
        if (text.isEmpty()) {
            return "(, )";
        }
        if (!isInterval(text)) {
            return "[" + normal(text) + ", )";
        }
        var bounds = text.substring(1, text.length() - 1).split(",", -1);
        return switch (bounds.length) {
            case 1 -> exactly(text, bounds[0]);
            case 2 -> between(text, bounds[0].strip(), bounds[1].strip());
            default -> throw invalid();
        };
    }

    private static boolean isInterval(String text) {
        var first = text.charAt(0);
        var last = text.charAt(text.length() - 1);
        return text.length() > 2 && (first == '[' || first == '(') && (last == ']' || last == ')');
    }

    private static String exactly(String text, String bound) {
        if (!text.startsWith("[") || !text.endsWith("]")) {
            throw invalid();
        }
        var version = normal(bound.strip());
        return "[" + version + ", " + version + "]";
    }

    private static String between(String text, String low, String high) {
        // What is open has no bound that could be inside.
        var from = low.isEmpty() ? "(" : text.charAt(0) + normal(low);
        var to = high.isEmpty() ? ")" : normal(high) + text.charAt(text.length() - 1);
        return from + ", " + to;
    }

    private static String normal(String version) {
        return PackageVersion.parse(version).value();
    }

    private static IllegalArgumentException invalid() {
        return new IllegalArgumentException(
                "A range of versions has two bounds at most: write 1.0.0 or [1.0.0, 2.0.0).");
    }
}
