package stagecoach.local.launcher.demo.claim;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The lines that scripts left on their machines: evidence outside every table of Stagecoach. */
public record Trace(List<Line> lines) {
    /** One run of a script: which deployment, attempt and step, on which machine. */
    public record Line(String deployment, int attempt, String step, String machine) {}

    /** Copies what it is given. */
    public Trace {
        lines = List.copyOf(lines);
    }

    /** Reads {@code <machines>/<machine>/trace} of every machine. */
    public static Trace read(Path machines) throws IOException {
        var lines = new ArrayList<Line>();
        if (Files.isDirectory(machines)) {
            try (Stream<Path> folders = Files.list(machines)) {
                for (Path folder : folders.sorted().toList()) {
                    Path file = folder.resolve("trace");
                    if (Files.exists(file)) {
                        for (String text : Files.readAllLines(file)) {
                            lines.add(line(file, text));
                        }
                    }
                }
            }
        }
        return new Trace(lines);
    }

    private static Line line(Path file, String text) {
        String[] words = text.split(" ", -1);
        if (words.length != 4) {
            throw new IllegalStateException(
                    "%s holds a line that no script of the demo writes: %s".formatted(file, text));
        }
        return new Line(words[0], Integer.parseInt(words[1]), words[2], words[3]);
    }
}
