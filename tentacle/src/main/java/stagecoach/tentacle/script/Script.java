package stagecoach.tentacle.script;

import java.nio.file.Path;
import java.util.Map;

/**
 * A script to run under a ticket.
 *
 * @param name tells it from the ticket's other scripts; a folder gets this name
 * @param directory where it runs
 * @param variables by their names; the process gets them as environment
 */
public record Script(
        String name,
        Interpreter interpreter,
        Body body,
        Path directory,
        Map<String, String> variables) {
    /** Copies the variables. */
    public Script {
        variables = Map.copyOf(variables);
    }

    /** What runs. */
    public sealed interface Body {
        /** A text; it lies on disk, readable by its owner only, while it runs. */
        record Text(String text) implements Body {}

        /** A file that is there. */
        record File(Path path) implements Body {}
    }
}
