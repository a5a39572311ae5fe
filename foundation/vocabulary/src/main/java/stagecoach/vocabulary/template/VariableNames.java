package stagecoach.vocabulary.template;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** How variables may be called, and what they are called in a process's environment. */
public final class VariableNames {
    /** The longest name, in characters. */
    public static final int LENGTH_MAX = 200;

    private static final String OURS = "Stagecoach.";
    private static final String ENVIRONMENT_PREFIX = "STAGECOACH_";
    private static final Pattern CHOSEN = Pattern.compile("[\\p{L}\\p{N}_][\\p{L}\\p{N}_.:-]*");
    private static final Pattern MEANT =
            Pattern.compile("/?(if|unless|each)\\b.*|[\\p{L}\\p{N}_][^\\r\\n]*\\|[^\\r\\n]*");

    private VariableNames() {}

    /**
     * Whether a person may call a variable so: it begins with a letter, a digit or an underscore,
     * goes on with those, dots, colons and hyphens, and has at most {@link #LENGTH_MAX} characters.
     */
    public static boolean allows(String name) {
        return name.length() <= LENGTH_MAX && CHOSEN.matcher(name).matches();
    }

    /** Whether the name belongs to Stagecoach itself, so that nobody may define it. */
    public static boolean isReserved(String name) {
        return name.regionMatches(true, 0, OURS, 0, OURS.length());
    }

    /**
     * The name of a variable in a process's environment: {@code Db.Url} is {@code
     * STAGECOACH_DB_URL}, and {@code Stagecoach.Target.Id} is {@code STAGECOACH_TARGET_ID}.
     * Whatever is no ASCII letter or digit becomes an underscore.
     */
    public static String environmentName(String name) {
        String bare = name.startsWith(OURS) ? name.substring(OURS.length()) : name;
        var text = new StringBuilder(ENVIRONMENT_PREFIX);
        bare.toUpperCase(Locale.ROOT)
                .codePoints()
                .map(c -> (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ? c : '_')
                .forEach(text::appendCodePoint);
        return text.toString();
    }

    /**
     * The names that would overwrite one another in a process's environment, the built-in ones
     * included: environment name to the two or more names that lead to it, sorted.
     */
    public static Map<String, List<String>> collisions(Collection<String> names) {
        var byEnvironmentName = new LinkedHashMap<String, List<String>>();
        var all = new TreeSet<>(names);
        all.addAll(BuiltIns.NAMES);
        for (String name : all) {
            byEnvironmentName
                    .computeIfAbsent(environmentName(name), _ -> new ArrayList<>())
                    .add(name);
        }
        byEnvironmentName.values().removeIf(colliding -> colliding.size() < 2);
        return byEnvironmentName;
    }

    /** Whether a text between the braces refers to a variable: a name, perhaps with indices. */
    static boolean isReference(String text) {
        if (text.length() > LENGTH_MAX || text.isEmpty() || text.charAt(0) == '[') {
            return false;
        }
        boolean indexed = false;
        int indexLength = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '[' && !indexed) {
                indexed = true;
                indexLength = 0;
            } else if (c == ']' && indexed && indexLength > 0) {
                indexed = false;
            } else if (Character.isLetterOrDigit(c) || c == '_' || isInner(c, i)) {
                indexLength++;
            } else {
                return false;
            }
        }
        return !indexed;
    }

    /** Whether the text is one of the forms that the language will have: filters, if, each. */
    static boolean looksMeant(String text) {
        return MEANT.matcher(text).matches();
    }

    private static boolean isInner(char c, int position) {
        return position > 0 && (c == '.' || c == ':' || c == '-');
    }
}
