package stagecoach.local.launcher.chaos.verdict;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The lines that scripts left on their machines, in the order in which each machine has them.
 *
 * @param lines each {@code <deployment> <attempt> <step> <machine> <ticket>}
 */
public record Trace(List<Line> lines) {
    /** What a script writes, once, as the first thing that it does; goes into its body. */
    public static final String SHELL =
            """
            ticket=${stagecoach_script_folder%/scripts/*}
            echo "#{Stagecoach.Deployment.Id} #{Stagecoach.Deployment.Attempt} #{Stagecoach.Step.Name} MACHINE ${ticket##*/}" >> "#{Chaos.Traces}/MACHINE"
            """;

    /**
     * One start of a script.
     *
     * @param ticket of the command that started it: a try of its own has a ticket of its own
     */
    public record Line(
            String deployment, int attempt, String step, String machine, String ticket) {}

    /** Copies what it is given. */
    public Trace {
        lines = List.copyOf(lines);
    }

    /** The shell lines that leave a trace on a target. */
    public static String onTarget() {
        return SHELL.replace("MACHINE", "#{Stagecoach.Target.Id}");
    }

    /** The shell lines that leave a trace on a worker. */
    public static String onWorker() {
        return SHELL.replace("MACHINE", "#{Stagecoach.Worker.Id}");
    }

    /**
     * Reads a folder with one file for each machine.
     *
     * @throws IllegalStateException at a line that no script writes
     */
    public static Trace read(Path folder) throws IOException {
        var lines = new ArrayList<Line>();
        List<Path> files;
        try (Stream<Path> all = Files.list(folder)) {
            files = all.filter(Files::isRegularFile).sorted().toList();
        }
        for (Path file : files) {
            for (String text : Files.readAllLines(file)) {
                lines.add(line(file, text));
            }
        }
        return new Trace(lines);
    }

    private static Line line(Path file, String text) {
        String[] words = text.split(" ", -1);
        if (words.length != 5) {
            throw new IllegalStateException(
                    "%s holds a line that no script writes: %s".formatted(file, text));
        }
        return new Line(words[0], Integer.parseInt(words[1]), words[2], words[3], words[4]);
    }
}
