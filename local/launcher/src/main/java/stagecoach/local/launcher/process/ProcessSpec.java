package stagecoach.local.launcher.process;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What to start, and how to know that it is there.
 *
 * @param name unique in the table, and the name of the log file
 * @param command program and arguments; secrets do not belong here, everybody can read them
 * @param environment what the process gets besides the supervisor's own
 * @param directory where it runs
 * @param readiness how it says that it is ready
 * @param readyMax longest time until then; a process that takes longer is killed and counts as
 *     ended
 * @param stopMax longest time between SIGTERM and SIGKILL
 * @param url where it answers, to be shown
 */
public record ProcessSpec(
        String name,
        List<String> command,
        Map<String, String> environment,
        Path directory,
        Readiness readiness,
        Duration readyMax,
        Duration stopMax,
        Optional<String> url) {
    public ProcessSpec {
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
    }
}
