package stagecoach.vocabulary.packages;

import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;
import stagecoach.vocabulary.identity.Printable;

/** The forms of a {@link VersionRange}. */
sealed interface VersionForm {

    /** The longest text we read, in characters: two bounds and what joins them. */
    int LENGTH_MAX = 2 * PackageVersion.LENGTH_MAX + 4;

    boolean matches(PackageVersion version);

    /** The normalised form. */
    String text();

    static VersionForm parse(String text) {
        if (text.length() > LENGTH_MAX) {
            throw new IllegalArgumentException(
                    "A range of versions has %d characters; the longest allowed has %d."
                            .formatted(text.length(), LENGTH_MAX));
        }
        if (text.startsWith("[") || text.startsWith("(")) {
            return Interval.parse(text);
        }
        return text.contains("*") ? Floating.parse(text) : One.parse(text);
    }

    private static IllegalArgumentException invalid(String text, String why) {
        return new IllegalArgumentException(
                "'%s' is no range of versions: %s.".formatted(Printable.of(text), why));
    }

    /** One version. */
    record One(PackageVersion version) implements VersionForm {
        static One parse(String text) {
            try {
                return new One(PackageVersion.parse(text));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(
                        "%s Several versions are meant by 1.* or [1.0, 2.0)."
                                .formatted(e.getMessage()),
                        e);
            }
        }

        @Override
        public boolean matches(PackageVersion other) {
            return version.equals(other);
        }

        @Override
        public String text() {
            return version.value();
        }
    }

    /**
     * What begins like this.
     *
     * @param numbers those before the star, joined by dots; empty if the first one floats
     * @param allNumbers whether no number floats, but only the labels behind them
     * @param labels how a prerelease's labels begin; without them only stable versions are meant
     */
    record Floating(String numbers, boolean allNumbers, Optional<String> labels)
            implements VersionForm {
        private static final Pattern RULE =
                Pattern.compile(
                        "(?<numbers>(?:[0-9]+\\.){0,3})(?:(?<last>[0-9]+)|(?<star>\\*))(?:-(?<labels>[0-9A-Za-z.-]*)\\*)?");

        static Floating parse(String text) {
            var matcher = RULE.matcher(text);
            if (!matcher.matches()) {
                throw invalid(
                        text,
                        "a star stands for the last number, as in 1.2.*, or ends a prerelease's labels, as in 1.2.0-beta.*");
            }
            var labels = Optional.ofNullable(matcher.group("labels"));
            if (matcher.group("star") == null) {
                var numbers = matcher.group("numbers") + matcher.group("last");
                return new Floating(PackageVersion.parse(numbers).value(), true, labels);
            }
            var numbers = matcher.group("numbers");
            return new Floating(
                    numbers.isEmpty() ? "" : normal(numbers.substring(0, numbers.length() - 1)),
                    false,
                    labels);
        }

        /** Without leading zeros; how many numbers there are says how much floats. */
        private static String normal(String numbers) {
            int count = numbers.split("\\.", -1).length;
            var parts = PackageVersion.parse(numbers).value().split("\\.", -1);
            return String.join(".", Arrays.copyOf(parts, count));
        }

        @Override
        public boolean matches(PackageVersion version) {
            if (version.isPrerelease()
                    && labels.filter(start -> startsWith(version.prerelease(), start)).isEmpty()) {
                return false;
            }
            var own = numbersOf(version);
            return allNumbers
                    ? own.equals(numbers)
                    : numbers.isEmpty() || (padded(own) + ".").startsWith(numbers + ".");
        }

        private static String numbersOf(PackageVersion version) {
            return version.isPrerelease()
                    ? version.value().substring(0, version.value().indexOf('-'))
                    : version.value();
        }

        /** With all four numbers. */
        private static String padded(String numbers) {
            return numbers.split("\\.", -1).length == 3 ? numbers + ".0" : numbers;
        }

        private static boolean startsWith(String labels, String start) {
            return labels.regionMatches(true, 0, start, 0, start.length());
        }

        @Override
        public String text() {
            var shown = allNumbers ? numbers : numbers.isEmpty() ? "*" : numbers + ".*";
            return shown + labels.map(start -> "-" + start + "*").orElse("");
        }
    }

    /** What lies between two bounds; a bound that is not there is open. */
    record Interval(Optional<Bound> low, Optional<Bound> high) implements VersionForm {

        /** An end of an interval. */
        record Bound(PackageVersion version, boolean inside) {}

        static Interval parse(String text) {
            var last = text.charAt(text.length() - 1);
            if (text.length() < 3 || (last != ']' && last != ')')) {
                throw invalid(text, "an interval ends with ']' or ')', as in [1.0, 2.0)");
            }
            var insideLow = text.charAt(0) == '[';
            var insideHigh = last == ']';
            var bounds = text.substring(1, text.length() - 1).split(",", -1);
            if (bounds.length == 1) {
                if (!insideLow || !insideHigh) {
                    throw invalid(text, "a single version stands in square brackets, as in [1.0]");
                }
                var only = Optional.of(new Bound(PackageVersion.parse(bounds[0].strip()), true));
                return new Interval(only, only);
            }
            if (bounds.length > 2) {
                throw invalid(text, "an interval has two bounds, as in [1.0, 2.0)");
            }
            var interval = new Interval(bound(bounds[0], insideLow), bound(bounds[1], insideHigh));
            interval.refuseEmpty(text);
            return interval;
        }

        private static Optional<Bound> bound(String text, boolean inside) {
            return text.isBlank()
                    ? Optional.empty()
                    : Optional.of(new Bound(PackageVersion.parse(text.strip()), inside));
        }

        private void refuseEmpty(String text) {
            if (low.isEmpty() || high.isEmpty()) {
                return;
            }
            var order = low.get().version().compareTo(high.get().version());
            if (order > 0 || (order == 0 && !(low.get().inside() && high.get().inside()))) {
                throw invalid(text, "nothing lies between its bounds");
            }
        }

        @Override
        public boolean matches(PackageVersion version) {
            var wanted = !version.isPrerelease() || isPrerelease(low) || isPrerelease(high);
            return wanted
                    && low.map(bound -> version.compareTo(bound.version()))
                            .filter(order -> order < 0 || (order == 0 && !low.get().inside()))
                            .isEmpty()
                    && high.map(bound -> version.compareTo(bound.version()))
                            .filter(order -> order > 0 || (order == 0 && !high.get().inside()))
                            .isEmpty();
        }

        private static boolean isPrerelease(Optional<Bound> bound) {
            return bound.filter(end -> end.version().isPrerelease()).isPresent();
        }

        @Override
        public String text() {
            return (low.filter(Bound::inside).isPresent() ? "[" : "(")
                    + low.map(bound -> bound.version().value()).orElse("")
                    + ", "
                    + high.map(bound -> bound.version().value()).orElse("")
                    + (high.filter(Bound::inside).isPresent() ? "]" : ")");
        }
    }
}
