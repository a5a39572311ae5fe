package stagecoach.vocabulary.template;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import stagecoach.vocabulary.template.syntax.Symbol;

/** How variables may be called, and what they are called in a process's environment. */
public final class VariableNames {
    /** The longest name, in characters. */
    public static final int LENGTH_MAX = Symbol.LENGTH_MAX;

    private static final String OURS = "Stagecoach.";
    private static final String ENVIRONMENT_PREFIX = "STAGECOACH_";

    /** What the state of any step is called there; which steps there are is not asked. */
    private static final Pattern STATE_OF_A_STEP = Pattern.compile("STAGECOACH_STEP_.+__STATE");

    private static final String SOME_STATE = "Stagecoach.Step[…].State";

    private VariableNames() {}

    /**
     * Whether a person may call a variable so: it begins with a letter, a digit or an underscore,
     * goes on with those, dots, colons, hyphens and indices in brackets, and has at most {@link
     * #LENGTH_MAX} characters. A path has a name of its own kind.
     */
    public static boolean allows(String name) {
        return Symbol.isName(name) || isPath(name);
    }

    /**
     * Whether the name is an XPath, such as {@code /configuration/port} or {@code //db/@url}: it
     * begins with a slash and has at most {@link #LENGTH_MAX} printable characters. Such a variable
     * is for XML files; neither templates nor an environment can name it.
     */
    public static boolean isPath(String name) {
        return name.startsWith("/")
                && name.length() > 1
                && name.length() <= LENGTH_MAX
                && name.codePoints().allMatch(VariableNames::isPrintable);
    }

    private static boolean isPrintable(int c) {
        int type = Character.getType(c);
        return c == ' '
                || !(Character.isISOControl(c)
                        || Character.isWhitespace(c)
                        || Character.isSpaceChar(c)
                        || type == Character.FORMAT
                        || type == Character.SURROGATE
                        || type == Character.UNASSIGNED
                        || type == Character.PRIVATE_USE);
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
     * The names that would overwrite one another in a process's environment, the built-in ones and
     * the states of steps included: environment name to the two or more names that lead to it,
     * sorted.
     */
    public static Map<String, List<String>> collisions(Collection<String> names) {
        var byEnvironmentName = new LinkedHashMap<String, List<String>>();
        var all = new TreeSet<>(names);
        all.addAll(BuiltIns.NAMES);
        all.removeIf(VariableNames::isPath);
        for (String name : all) {
            String environmentName = environmentName(name);
            var leadingThere =
                    byEnvironmentName.computeIfAbsent(environmentName, _ -> new ArrayList<>());
            leadingThere.add(name);
            if (leadingThere.size() == 1 && STATE_OF_A_STEP.matcher(environmentName).matches()) {
                leadingThere.addFirst(SOME_STATE);
            }
        }
        byEnvironmentName.values().removeIf(colliding -> colliding.size() < 2);
        return byEnvironmentName;
    }
}
