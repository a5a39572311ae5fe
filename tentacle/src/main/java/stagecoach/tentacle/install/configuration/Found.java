package stagecoach.tentacle.install.configuration;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;

/** What variables name in one text, gathered while it is read. */
final class Found {
    private final Map<String, String> variables;
    private final List<Replacement> replacements = new ArrayList<>();
    private final Map<String, String> leftOut = new LinkedHashMap<>();
    private final BooleanSupplier inTime;
    private final int charsMax;
    private long chars;

    /**
     * @param inTime whether there is time left
     * @param charsMax how long what is put in may be altogether
     */
    Found(Map<String, String> variables, BooleanSupplier inTime, int charsMax) {
        this.variables = new TreeMap<>(variables);
        this.inTime = inTime;
        this.charsMax = charsMax;
    }

    /**
     * Ends the reading where it would take too long.
     *
     * @throws UnreadableFile if there is no time left
     */
    void checkTime() throws UnreadableFile {
        if (!inTime.getAsBoolean()) {
            throw UnreadableFile.whole("there was no time left for it");
        }
    }

    /** Whether more is to be put in than may be; what was too much is not here. */
    boolean isTooMuch() {
        return chars > charsMax;
    }

    /** Values by the names of their variables, in the order of the names. */
    Map<String, String> variables() {
        return variables;
    }

    void replace(Replacement replacement) {
        chars += replacement.text().length();
        if (!isTooMuch()) {
            replacements.add(replacement);
        }
    }

    /**
     * Tells why a place that a variable names stays as it is.
     *
     * @param why a sentence
     */
    void leave(String variable, String why) {
        leftOut.putIfAbsent(variable, why);
    }

    List<Replacement> replacements() {
        return List.copyOf(replacements);
    }

    Map<String, String> leftOut() {
        return leftOut;
    }
}
