package stagecoach.tentacle.script;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A script's process with all that it started and did not send away: the group, and session, of
 * which the wrapper is the leader.
 */
final class ProcessGroup {
    private static final long SIGNAL_SECONDS_MAX = 10;

    private final ProcessMark leader;
    private final Signals signals;

    ProcessGroup(ProcessMark leader, Signals signals) {
        this.leader = leader;
        this.signals = signals;
    }

    /** Sends a signal to a process group. */
    @FunctionalInterface
    interface Signals {
        /** Sends TERM or KILL. */
        void send(String signal, long group) throws IOException, InterruptedException;
    }

    /** Through the shell's own kill, which every POSIX system has. */
    static void throughShell(String signal, long group) throws IOException, InterruptedException {
        Process kill =
                new ProcessBuilder(
                                "sh", "-c", "kill -s \"$1\" -- \"-$2\"", "kill", signal, "" + group)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        if (!kill.waitFor(SIGNAL_SECONDS_MAX, TimeUnit.SECONDS)) {
            kill.destroyForcibly();
        }
    }

    /** Sends the signal, if there is still someone to get it. */
    void send(String signal) throws IOException, InterruptedException {
        // The number may have gone to a stranger's group since.
        if (hasMembers()) {
            signals.send(signal, leader.pid());
        }
    }

    /** Whether anything of the group runs. */
    boolean hasMembers() throws IOException {
        if (leader.isAlive()) {
            return true;
        }
        if (!ProcessMark.isLinux()) {
            return false;
        }
        Optional<ProcessMark> sameNumber = ProcessMark.of(leader.pid());
        if (sameNumber.isPresent()) {
            return false;
        }
        try (DirectoryStream<Path> processes =
                Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : processes) {
                String name = String.valueOf(process.getFileName());
                boolean member =
                        name.matches("[0-9]{1,18}")
                                && ProcessMark.stat(Long.parseLong(name))
                                        .filter(ProcessMark.Stat::runs)
                                        .filter(
                                                stat ->
                                                        stat.group() == leader.pid()
                                                                && stat.session() == leader.pid())
                                        .isPresent();
                if (member) {
                    return true;
                }
            }
        }
        return false;
    }
}
