package stagecoach.runtime.request;

import java.util.List;

/** The small words of a refusal: names of fields, lists, full stops. */
public final class Sentences {
    private Sentences() {}

    /** {@code A, B or C}. */
    public static String orList(List<String> names) {
        if (names.size() < 2) {
            return String.join("", names);
        }
        return String.join(", ", names.subList(0, names.size() - 1)) + " or " + names.getLast();
    }

    /** With a full stop, unless it ends with one or with a question. */
    static String ended(String text) {
        return text.endsWith(".") || text.endsWith("?") ? text : text + ".";
    }

    /** {@code steps/2/name} is called "name"; {@code tags/0} is called "tags[0]". */
    static String nameOf(String field) {
        int slash = field.lastIndexOf('/');
        String tail = field.substring(slash + 1);
        if (slash > 0 && tail.chars().allMatch(Character::isDigit)) {
            String list = field.substring(0, slash);
            return list.substring(list.lastIndexOf('/') + 1) + "[" + tail + "]";
        }
        return tail;
    }

    /** A field's name as a part of a JSON pointer. */
    static String escaped(String name) {
        return printable(name).replace("~", "~0").replace("/", "~1");
    }

    /** What a person wrote, cut and without control characters. */
    static String printable(String name) {
        String shortened = name.length() > 80 ? name.substring(0, 80) + "…" : name;
        return shortened.replaceAll("\\p{Cntrl}", "?");
    }
}
