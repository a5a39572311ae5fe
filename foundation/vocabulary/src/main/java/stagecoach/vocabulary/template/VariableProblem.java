package stagecoach.vocabulary.template;

import java.util.List;
import java.util.stream.Collectors;

/** Why variables do not lead to one value; the message is a sentence for the one who wrote them. */
public abstract sealed class VariableProblem extends RuntimeException {
    private VariableProblem(String sentence) {
        super(sentence, null, false, false);
    }

    /** The sentence. */
    public String sentence() {
        return String.valueOf(getMessage());
    }

    /** References that nothing is known for. */
    public static final class Unknown extends VariableProblem {
        private final transient List<String> references;

        /**
         * @param ways each reference as it is written, behind the names of the variables whose
         *     values lead to it
         */
        Unknown(List<List<String>> ways) {
            super(sentence(ways));
            this.references = ways.stream().map(List::getLast).toList();
        }

        /** The references as written, such as {@code #{Db.Url}}. */
        public List<String> references() {
            return references;
        }

        /** The sentence about references that are not known. */
        public static String sentence(List<List<String>> ways) {
            return "%s %s. Define the variable in a scope that holds here, correct its name, or write ##{ where the text #{ itself is meant."
                    .formatted(
                            ways.stream().map(Unknown::inWords).collect(Collectors.joining(", ")),
                            ways.size() == 1 ? "is not known here" : "are not known here");
        }

        private static String inWords(List<String> way) {
            return way.size() == 1
                    ? way.getFirst()
                    : "%s (in %s)"
                            .formatted(
                                    way.getLast(),
                                    String.join(" → ", way.subList(0, way.size() - 1)));
        }
    }

    /** A variable whose value leads back to itself. */
    public static final class Circular extends VariableProblem {
        private final transient List<String> path;

        Circular(List<String> path) {
            super(
                    "The variable %s refers to itself: %s. Remove one of these references."
                            .formatted(path.getFirst(), String.join(" → ", path)));
            this.path = List.copyOf(path);
        }

        /** The names on the way, the first of them again at the end. */
        public List<String> path() {
            return path;
        }
    }

    /** Two values of a variable that hold at the same place and are equally specific. */
    public static final class Ambiguous extends VariableProblem {
        private final transient String name;
        private final transient Scope first;
        private final transient Scope second;

        Ambiguous(String name, Scope first, Scope second) {
            super(
                    "The variable %s has two values that are equally specific: one for %s and one for %s. Make one of them more specific, or remove one."
                            .formatted(name, first.inWords(), second.inWords()));
            this.name = name;
            this.first = first;
            this.second = second;
        }

        /** The variable. */
        public String name() {
            return name;
        }

        /** The scope of the value that is listed first. */
        public Scope first() {
            return first;
        }

        /** The scope of the other value. */
        public Scope second() {
            return second;
        }
    }

    /** A value that grows beyond all use when its references are put in. */
    public static final class TooLarge extends VariableProblem {
        TooLarge(String name, String bound) {
            super(
                    "The variable %s is %s when its references are put in. Shorten what it refers to."
                            .formatted(name, bound));
        }

        TooLarge(String bound) {
            super(
                    "The text is %s when its references are put in. Shorten what it refers to."
                            .formatted(bound));
        }
    }

    /** A value that a filter cannot take. */
    public static final class Unfit extends VariableProblem {
        Unfit(String written, String why) {
            super("%s gives nothing: %s".formatted(written, why));
        }
    }
}
