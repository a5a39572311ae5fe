package stagecoach.local.launcher.supervisor;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import stagecoach.local.launcher.process.ProcessIdentity;
import stagecoach.local.launcher.process.ProcessStatus;

/**
 * The whole table at one moment.
 *
 * @param facts what clients need to know, such as the base URL
 * @param supervisor the process that keeps the others
 * @param problem why the start failed, in a sentence
 */
public record Status(
        Map<String, String> facts,
        Optional<ProcessIdentity> supervisor,
        Phase phase,
        Optional<String> problem,
        List<ProcessStatus> processes) {
    public Status {
        processes = List.copyOf(processes);
    }

    /** The row of this name. */
    public Optional<ProcessStatus> process(String name) {
        return processes.stream().filter(each -> each.name().equals(name)).findFirst();
    }
}
