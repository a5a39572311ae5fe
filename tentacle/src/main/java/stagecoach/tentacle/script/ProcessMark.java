package stagecoach.tentacle.script;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import stagecoach.tentacle.home.Boot;

/**
 * A process, told from any later one that gets the same number.
 *
 * @param start on Linux the boot and the clock tick it began at, elsewhere its start time
 */
record ProcessMark(long pid, String start) {
    private static final Path PROC = Path.of("/proc");
    private static final boolean LINUX = Files.isReadable(PROC.resolve("self/stat"));

    /** The process of that number, if there is one that runs. */
    static Optional<ProcessMark> of(long pid) {
        if (LINUX) {
            return stat(pid)
                    .filter(Stat::runs)
                    .map(stat -> new ProcessMark(pid, stat.start(Boot.id())));
        }
        return ProcessHandle.of(pid)
                .flatMap(handle -> handle.info().startInstant())
                .map(start -> new ProcessMark(pid, start.toString()));
    }

    /**
     * Reads what the wrapper wrote about itself: the boot id, then its line of /proc, or its number
     * alone where there is no /proc. Nothing until both lines have their ends: half a line of /proc
     * may look like a number alone.
     */
    static Optional<ProcessMark> read(Path file) throws IOException {
        String text = Files.readString(file, StandardCharsets.ISO_8859_1);
        List<String> lines = text.lines().toList();
        if (lines.size() != 2 || !text.endsWith("\n")) {
            return Optional.empty();
        }
        String line = lines.get(1).strip();
        if (line.matches("[0-9]{1,18}")) {
            return of(Long.parseLong(line));
        }
        return Stat.parse(line)
                .map(stat -> new ProcessMark(stat.pid(), stat.start(lines.getFirst().strip())));
    }

    /** Whether this very process still runs. */
    boolean isAlive() {
        return of(pid).filter(this::equals).isPresent();
    }

    /** Whether the machine was switched off since: then nothing of it runs. */
    boolean isOfAnotherBoot() {
        int end = start.indexOf('/');
        return end > 0 && !start.substring(0, end).equals(Boot.id());
    }

    static boolean isLinux() {
        return LINUX;
    }

    static Optional<Stat> stat(long pid) {
        try {
            return Stat.parse(
                    Files.readString(
                            PROC.resolve(Long.toString(pid)).resolve("stat"),
                            StandardCharsets.ISO_8859_1));
        } catch (IOException gone) {
            return Optional.empty();
        }
    }

    /** The part of a line of {@code /proc/<pid>/stat} that matters here; see proc(5). */
    record Stat(long pid, char state, long group, long session, String startTicks) {
        private static final int STATE = 0;
        private static final int GROUP = 2;
        private static final int SESSION = 3;
        private static final int START = 19;

        static Optional<Stat> parse(String line) {
            int open = line.indexOf('(');
            // The program's name may hold anything, also blanks and braces.
            int close = line.lastIndexOf(')');
            if (open < 0 || close < open) {
                return Optional.empty();
            }
            String[] fields = line.substring(close + 1).strip().split(" ", -1);
            if (fields.length <= START) {
                return Optional.empty();
            }
            try {
                return Optional.of(
                        new Stat(
                                Long.parseLong(line.substring(0, open).strip()),
                                fields[STATE].charAt(0),
                                Long.parseLong(fields[GROUP]),
                                Long.parseLong(fields[SESSION]),
                                fields[START]));
            } catch (NumberFormatException damaged) {
                return Optional.empty();
            }
        }

        /** A dead process that its parent has not looked at yet runs no more. */
        boolean runs() {
            return state != 'Z' && state != 'X';
        }

        String start(String boot) {
            return boot + "/" + startTicks;
        }
    }
}
