package stagecoach.vocabulary.template;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** What a template can ask for. */
interface Known {
    /** What is known of a variable. */
    Found find(String name);

    /** The names of all variables that have a value. */
    Collection<String> names();

    /** What is known of a variable. */
    sealed interface Found {
        /**
         * It has a value.
         *
         * @param sensitive whether it is secret, or something secret went into it
         * @param secrets the secret texts that it holds, and must not be shown
         * @param shown the same text for people, with marks in the places of what is secret
         */
        record Value(String text, boolean sensitive, Set<String> secrets, String shown)
                implements Found {
            private static final String MARK = "********";

            /** A value that anybody may see. */
            static Value plain(String text) {
                return new Value(text, false, Set.of(), text);
            }

            /** A value that is secret as a whole. */
            static Value secret(String text, Set<String> secrets) {
                return new Value(text, true, secrets, text.isEmpty() ? "" : MARK);
            }
        }

        /** It will have a value when its time comes, such as an output of an earlier step. */
        record Later() implements Found {}

        /** Nobody has defined it here. */
        record Missing() implements Found {}
    }

    /**
     * The indices of a collection: {@code a} and {@code b}, where {@code Endpoint[a].Address} and
     * {@code Endpoint[b]} have values. Numbers by their size, and before texts.
     */
    default List<String> indices(String collection) {
        String prefix = collection + "[";
        var indices = new LinkedHashSet<String>();
        for (String name : names()) {
            if (name.startsWith(prefix)) {
                int end = name.indexOf(']', prefix.length());
                if (end > prefix.length()) {
                    indices.add(name.substring(prefix.length(), end));
                }
            }
        }
        var sorted = new ArrayList<>(indices);
        sorted.sort(
                Comparator.comparing((String index) -> !isNumber(index))
                        .thenComparing(index -> isNumber(index) ? index.length() : 0)
                        .thenComparing(Comparator.naturalOrder()));
        return sorted;
    }

    private static boolean isNumber(String index) {
        return index.chars().allMatch(c -> c >= '0' && c <= '9');
    }
}
