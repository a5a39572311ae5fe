package stagecoach.tentacle.install.configuration;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What variables name in one text, gathered while it is read. */
final class Found {
    private final Map<String, String> variables;
    private final List<Replacement> replacements = new ArrayList<>();
    private final Map<String, String> leftOut = new LinkedHashMap<>();

    Found(Map<String, String> variables) {
        this.variables = new TreeMap<>(variables);
    }

    /** Values by the names of their variables, in the order of the names. */
    Map<String, String> variables() {
        return variables;
    }

    void replace(Replacement replacement) {
        replacements.add(replacement);
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
