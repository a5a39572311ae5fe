package stagecoach.local.launcher.chaos.fault;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

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
