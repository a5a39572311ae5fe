package stagecoach.tentacle.script;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * A script's process with all that it started and did not send away: the session of which the
 * wrapper is the leader, with all its process groups. A shell with job control and {@code timeout}
 * make groups of their own; only what made a session of its own is meant to run on.
 */
final class ProcessGroup {
    private static final long SIGNAL_SECONDS_MAX = 10;

    /** Who begins new groups as fast as they are ended must not keep what comes then waiting. */
    private static final int GROUPS_AT_ONCE_MAX = 50;

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

    /** Sends the signal to what runs, also to what begins meanwhile, but to no end. */
    void send(String signal) throws IOException, InterruptedException {
        Set<Long> told = new HashSet<>();
        for (Optional<Long> next = oneOf(told);
                next.isPresent() && told.size() < GROUPS_AT_ONCE_MAX;
                next = oneOf(told)) {
            told.add(next.get());
            signals.send(signal, next.get());
        }
    }

    /** Whether anything of it runs. */
    boolean hasMembers() throws IOException {
        return oneOf(Set.of()).isPresent();
    }

    /**
     * One of its groups in which something runs, looked for anew each time: a number that was seen
     * before may have gone to a stranger's group since.
     */
    private Optional<Long> oneOf(Set<Long> except) throws IOException {
        if (leader.isAlive() && !except.contains(leader.pid())) {
            return Optional.of(leader.pid());
        }
        if (!ProcessMark.isLinux() || leader.isOfAnotherBoot() || isStrangers()) {
            return Optional.empty();
        }
        try (DirectoryStream<Path> processes =
                Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : processes) {
                Optional<Long> group =
                        ProcessMark.stat(Long.parseLong(String.valueOf(process.getFileName())))
                                .filter(ProcessMark.Stat::runs)
                                .filter(stat -> stat.session() == leader.pid())
                                .map(ProcessMark.Stat::group)
                                .filter(found -> !except.contains(found));
                if (group.isPresent()) {
                    return group;
                }
            }
        }
        return Optional.empty();
    }

    /** As long as anything runs in a session, no other process gets its number. */
    private boolean isStrangers() {
        return ProcessMark.of(leader.pid()).filter(same -> !same.equals(leader)).isPresent();
    }
}
