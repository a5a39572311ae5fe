package stagecoach.local.launcher.process;

import java.nio.file.Path;
import java.util.Optional;

/**
 * One row of the table.
 *
 * @param identity of the process that runs now
 * @param restarts how often it was started again
 * @param reason why it is not READY, if there is something to say
 */
public record ProcessStatus(
        String name,
        Optional<ProcessIdentity> identity,
        Optional<String> url,
        ProcessState state,
        Path logFile,
        int restarts,
        Optional<String> reason) {}
