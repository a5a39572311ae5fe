package stagecoach.local.launcher.supervisor;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import stagecoach.local.launcher.process.BackOff;
import stagecoach.local.launcher.process.FolderLock;
import stagecoach.local.launcher.process.ProcessIdentity;

/**
 * The life of a supervisor as a process of its own: one per folder, it first ends what a killed one
 * left running, and ends everything on SIGTERM or when asked.
 */
public final class SupervisorProcess {
    /** Exit code when another supervisor runs on the folder. */
    public static final int ALREADY_RUNS = 10;

    private final Path folder;
    private final String mark;
    private final BackOff backOff;

    /**
     * @param folder of state, logs and locks
     * @param mark an argument that the commands of all its processes carry, and no others
     */
    public SupervisorProcess(Path folder, String mark, BackOff backOff) {
        this.folder = folder;
        this.mark = mark;
        this.backOff = backOff;
    }

    /** Makes the plan once nothing of an earlier life runs any more. */
    @FunctionalInterface
    public interface PlanSource {
        /** The message of what it throws is shown to the person. */
        Supervisor.Plan make() throws IOException, InterruptedException;
    }

    /** Runs until this Java process ends. */
    public void run(PlanSource source) throws InterruptedException {
        Optional<FolderLock> lock = Optional.empty();
        Supervisor supervisor;
        try {
            lock = FolderLock.take(folder.resolve("supervisor.lock"));
            if (lock.isEmpty()) {
                System.out.println("another supervisor runs on " + folder);
                System.exit(ALREADY_RUNS);
            }
            Files.deleteIfExists(ControlFile.in(folder));
            int orphans = orphans(folder, mark).end();
            if (orphans > 0) {
                System.out.printf("ended %d processes of an earlier life%n", orphans);
            }
            supervisor = new Supervisor(source.make(), folder, backOff);
            Runtime.getRuntime().addShutdownHook(new Thread(() -> end(supervisor)));
            new ControlServer(supervisor, SupervisorProcess::exit).start(folder);
        } catch (IOException | IllegalStateException | IllegalArgumentException e) {
            fail(e);
            return;
        }
        try {
            supervisor.start();
        } catch (StartFailed e) {
            System.err.println("error: " + e.getMessage());
            System.exit(1);
        }
        if (lock.get().isHeld()) {
            new CountDownLatch(1).await();
        }
    }

    /** What a killed supervisor left running on this folder. */
    public static Orphans orphans(Path folder, String mark) {
        return new Orphans(folder.resolve("state.json"), mark);
    }

    /** Whoever waits for the start reads why there was none. */
    private void fail(Exception e) {
        // The message of a file system's exception is only the file's name.
        String sentence =
                e instanceof FileSystemException
                        ? "%s cannot be used: %s".formatted(folder, e)
                        : String.valueOf(e.getMessage());
        System.err.println("error: " + sentence);
        try {
            AtomicFile.write(
                    folder.resolve("state.json"),
                    StatusJson.write(
                            new Status(
                                    Map.of(),
                                    ProcessIdentity.of(ProcessHandle.current()),
                                    Phase.FAILED,
                                    Optional.of(sentence),
                                    List.of())));
        } catch (IOException again) {
            System.err.println("error: this cannot be told to anybody: " + again);
        }
        System.exit(1);
    }

    private static void exit() {
        Thread.ofPlatform().name("shutdown").start(() -> System.exit(0));
    }

    private void end(Supervisor supervisor) {
        try {
            supervisor.stop();
            Files.deleteIfExists(ControlFile.in(folder));
        } catch (IOException | InterruptedException e) {
            System.err.println("error: not everything could be ended: " + e);
        }
    }
}
