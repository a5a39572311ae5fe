package stagecoach.tentacle.script;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What this machine has and what it calls itself. */
public final class Machine {
    private Machine() {}

    /** The program of that name on the search path. */
    public static Optional<Path> find(String program) {
        String path = System.getenv("PATH");
        if (path == null) {
            return Optional.empty();
        }
        for (String folder : path.split(File.pathSeparator, -1)) {
            Path candidate = Path.of(folder.isEmpty() ? "." : folder).resolve(program);
            if (Files.isExecutable(candidate) && Files.isRegularFile(candidate)) {
                return Optional.of(candidate.toAbsolutePath());
            }
        }
        return Optional.empty();
    }

    /** What scripts it can run: {@code bash}, {@code sh}, {@code python}, {@code powershell}. */
    public static List<String> capabilities() {
        List<String> capabilities = new ArrayList<>();
        for (Interpreter interpreter : Interpreter.values()) {
            if (interpreter.program().isPresent()) {
                capabilities.add(interpreter.capability());
            }
        }
        return capabilities;
    }
}
