package stagecoach.vocabulary.template;

import java.util.List;

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

        Unknown(List<String> references) {
            super(
                    "%s %s. Define the variable in a scope that holds here, or correct its name."
                            .formatted(
                                    String.join(", ", references),
                                    references.size() == 1
                                            ? "is not known here"
                                            : "are not known here"));
            this.references = List.copyOf(references);
        }

        /** The references as written, such as {@code #{Db.Url}}. */
        public List<String> references() {
            return references;
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
    }
}
