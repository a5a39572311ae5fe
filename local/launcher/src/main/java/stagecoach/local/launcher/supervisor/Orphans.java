package stagecoach.local.launcher.supervisor;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import stagecoach.local.launcher.process.ProcessIdentity;
import stagecoach.local.launcher.process.ProcessStatus;

/**
 * The processes that a killed supervisor left running. They are known by pid and start time from
 * the state file, and, where that is half written or one start behind, by a mark on their command
 * line.
 */
public final class Orphans {
    private static final Duration GRACE = Duration.ofSeconds(20);

    private final Path stateFile;
    private final String mark;

    /**
     * @param stateFile what the killed supervisor wrote last
     * @param mark an argument that all commands of this table carry, and nothing else does
     */
    public Orphans(Path stateFile, String mark) {
        this.stateFile = stateFile;
        this.mark = mark;
    }

    /** Those that run; to be asked only while no supervisor does. */
    public List<ProcessIdentity> find() throws IOException {
        List<ProcessIdentity> found = new ArrayList<>();
        Set<Long> pids = new TreeSet<>();
        for (ProcessStatus each : lastStatus().map(Status::processes).orElse(List.of())) {
            each.identity()
                    .filter(it -> it.running().isPresent())
                    .filter(it -> pids.add(it.pid()))
                    .ifPresent(found::add);
        }
        ProcessHandle.allProcesses()
                .filter(process -> process.pid() != ProcessHandle.current().pid())
                .filter(this::isMarked)
                .filter(ProcessIdentity::isRunning)
                .filter(process -> pids.add(process.pid()))
                .flatMap(process -> ProcessIdentity.of(process).stream())
                .forEach(found::add);
        return List.copyOf(found);
    }

    /** The last status that a supervisor wrote. */
    public Optional<Status> lastStatus() throws IOException {
        return Files.exists(stateFile)
                ? StatusJson.read(Files.readString(stateFile))
                : Optional.empty();
    }

    /**
     * Ends them, the last started first.
     *
     * @return how many there were
     */
    public int end() throws IOException, InterruptedException {
        List<ProcessIdentity> found = find();
        for (ProcessIdentity orphan : found.reversed()) {
            orphan.end(GRACE);
        }
        return found.size();
    }

    private boolean isMarked(ProcessHandle process) {
        return arguments(process).contains(mark);
    }

    /** Java itself gives up on command lines longer than a page, which a class path makes them. */
    private static List<String> arguments(ProcessHandle process) {
        Path file = Path.of("/proc", Long.toString(process.pid()), "cmdline");
        try {
            return List.of(
                    new String(Files.readAllBytes(file), StandardCharsets.UTF_8).split("\0"));
        } catch (IOException e) {
            // Another operating system, another user's process, or one that has just ended.
            return process.info().arguments().map(List::of).orElse(List.of());
        }
    }
}
