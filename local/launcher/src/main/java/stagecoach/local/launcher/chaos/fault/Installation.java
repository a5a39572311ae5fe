package stagecoach.local.launcher.chaos.fault;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import stagecoach.local.launcher.installation.LocalDefault;
import stagecoach.local.launcher.installation.TrialDisks;
import stagecoach.local.launcher.process.ProcessStatus;
import stagecoach.local.launcher.supervisor.AtomicFile;
import stagecoach.local.launcher.supervisor.ControlClient;

/**
 * The processes of a local default that faults are done to. The supervisor is none of them: on a
 * server its place is taken by the operating system or by Kubernetes.
 */
public final class Installation {
    /** The database server itself; in the table stands the process that watches it. */
    static final String POSTGRES_SERVER = "postgres-server";

    static final String POSTGRES = "postgres";
    static final String KAFKA = "kafka";

    private final ControlClient control;
    private final Path folder;

    /**
     * That of a supervisor.
     *
     * @param folder of the local default
     */
    public Installation(ControlClient control, Path folder) {
        this.control = control;
        this.folder = folder;
    }

    /** What may be killed, by name. */
    List<String> victims() throws IOException, InterruptedException {
        return Stream.concat(
                        control.status().processes().stream().map(ProcessStatus::name),
                        Stream.of(POSTGRES_SERVER))
                .sorted()
                .toList();
    }

    /** The row of a victim. */
    Optional<ProcessStatus> row(String victim) throws IOException, InterruptedException {
        return control.status().process(victim.equals(POSTGRES_SERVER) ? POSTGRES : victim);
    }

    /** The pids to send a signal to; none if it is just not there. */
    List<Long> pids(String victim) throws IOException, InterruptedException {
        if (victim.equals(POSTGRES_SERVER)) {
            return postmaster().stream().toList();
        }
        return row(victim).stream()
                .flatMap(row -> row.identity().stream())
                .map(identity -> identity.pid())
                .toList();
    }

    /** The pids of a victim and of everything beneath it that works for it. */
    List<Long> wholePids(String victim) throws IOException, InterruptedException {
        List<Long> pids = new ArrayList<>(pids(victim));
        if (victim.equals(POSTGRES)) {
            postmaster()
                    .ifPresent(
                            server -> {
                                // First the one that makes the others.
                                pids.add(server);
                                ProcessHandle.of(server).stream()
                                        .flatMap(ProcessHandle::descendants)
                                        .map(ProcessHandle::pid)
                                        .forEach(pids::add);
                            });
        }
        return pids;
    }

    private Optional<Long> postmaster() throws IOException {
        Path file = seen().resolve("postgres/data/postmaster.pid");
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        return Files.readString(file)
                .lines()
                .findFirst()
                .map(String::strip)
                .filter(line -> line.matches("\\d{1,18}"))
                .map(Long::valueOf)
                .filter(pid -> ProcessHandle.of(pid).isPresent());
    }

    /** Has the supervisor kill it and not start it again. */
    void holdBack(String process) throws IOException, InterruptedException {
        control.holdBack(process);
    }

    /** Has the supervisor start it again. */
    void release(String process) throws IOException, InterruptedException {
        control.release(process);
    }

    /** The disk that a process writes on, as it sees it; empty where it has none of its own. */
    Optional<Path> disk(String process) {
        Path seen = seen();
        return TrialDisks.ALL.stream()
                .filter(disk -> disk.process().equals(process))
                .map(disk -> seen.resolve(disk.path()))
                .filter(path -> isOther(path, folder))
                .findFirst();
    }

    /** The folder as the processes see it: disks of their own may be mounted in it. */
    private Path seen() {
        Path seen =
                Path.of("/proc", Long.toString(control.supervisor().pid()), "root")
                        .resolve(folder.toAbsolutePath().toString().substring(1));
        return Files.isDirectory(seen) ? seen : folder;
    }

    private static boolean isOther(Path path, Path folder) {
        try {
            return !Files.getFileStore(path).equals(Files.getFileStore(folder));
        } catch (IOException e) {
            return false;
        }
    }

    /** By how much the services' clocks are wrong from now on. */
    void clockOffset(Duration offset) throws IOException {
        AtomicFile.write(LocalDefault.clockOffset(folder), offset.toString());
    }
}
