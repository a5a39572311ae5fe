package stagecoach.local.launcher.chaos.fault;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Signals to processes of this computer; one that is gone by then is passed over. */
final class Signals {
    private Signals() {}

    /** SIGKILL: no farewell. */
    static void kill(List<Long> pids) {
        pids.forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
    }

    /** SIGSTOP: it hangs, its connections stay open, and it answers nothing. */
    static void freeze(List<Long> pids) throws IOException, InterruptedException {
        send("-STOP", pids);
    }

    /** SIGCONT: it goes on as if nothing had been. */
    static void thaw(List<Long> pids) throws IOException, InterruptedException {
        send("-CONT", pids);
    }

    /**
     * Whether the first is there, and none of them at work. One that ended before its own signal
     * came stays a zombie, for its parent is stopped, too.
     */
    static boolean areFrozen(List<Long> pids) throws IOException {
        for (long pid : pids) {
            Optional<String> state = state(pid).filter(told -> !isOver(told));
            if (state.isPresent() ? !state.get().startsWith("T") : pid == pids.getFirst()) {
                return false;
            }
        }
        return !pids.isEmpty();
    }

    private static boolean isOver(String state) {
        return state.startsWith("Z") || state.startsWith("X");
    }

    private static Optional<String> state(long pid) throws IOException {
        try {
            return Files.readAllLines(Path.of("/proc", Long.toString(pid), "status")).stream()
                    .filter(line -> line.startsWith("State:"))
                    .map(line -> line.substring("State:".length()).strip())
                    .findFirst();
        } catch (NoSuchFileException gone) {
            return Optional.empty();
        }
    }

    private static void send(String signal, List<Long> pids)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("kill", signal));
        pids.forEach(pid -> command.add(Long.toString(pid)));
        new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }
}
