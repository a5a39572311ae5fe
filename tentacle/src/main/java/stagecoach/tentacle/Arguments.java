package stagecoach.tentacle;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A command and its options: {@code run --home DIR}, or {@code run --home=DIR}; some are said by
 * their name alone.
 */
record Arguments(String command, Map<String, String> options) {
    private static final Set<String> FLAGS = Set.of("--allow-root");

    /** What was typed makes no sense; the message is a sentence. */
    static final class Misused extends Exception {
        private static final long serialVersionUID = 1L;

        Misused(String sentence) {
            super(sentence);
        }
    }

    /**
     * Reads a command line.
     *
     * @param known the options of each command
     */
    static Arguments parse(List<String> typed, Map<String, List<String>> known) throws Misused {
        if (typed.isEmpty()) {
            throw new Misused("No command is given.");
        }
        String command = typed.getFirst();
        List<String> allowed = known.get(command);
        if (allowed == null) {
            throw new Misused("'%s' is no command.".formatted(command));
        }
        Map<String, String> options = new LinkedHashMap<>();
        for (int i = 1; i < typed.size(); i++) {
            String option = typed.get(i);
            String name = option;
            Optional<String> value = Optional.empty();
            int equals = option.indexOf('=');
            if (equals > 0) {
                name = option.substring(0, equals);
                value = Optional.of(option.substring(equals + 1));
            }
            if (!allowed.contains(name)) {
                throw new Misused("%s has no option '%s'.".formatted(command, name));
            }
            if (FLAGS.contains(name)) {
                if (value.isPresent()) {
                    throw new Misused("%s has no value.".formatted(name));
                }
                value = Optional.of("");
            }
            if (value.isEmpty()) {
                if (i + 1 >= typed.size()) {
                    throw new Misused("%s needs a value behind it.".formatted(name));
                }
                value = Optional.of(typed.get(++i));
            }
            if (options.put(name, value.get()) != null) {
                throw new Misused("%s is given twice.".formatted(name));
            }
        }
        return new Arguments(command, options);
    }

    Optional<String> option(String name) {
        return Optional.ofNullable(options.get(name));
    }

    /** Whether an option is said that has no value. */
    boolean has(String flag) {
        return options.containsKey(flag);
    }

    String required(String name) throws Misused {
        return option(name).orElseThrow(() -> new Misused("%s needs %s.".formatted(command, name)));
    }
}
