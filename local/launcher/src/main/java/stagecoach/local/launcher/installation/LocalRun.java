package stagecoach.local.launcher.installation;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.Stream;
import stagecoach.local.launcher.process.LogFile;
import stagecoach.local.launcher.process.PidFiles;
import stagecoach.local.launcher.process.ProcessIdentity;
import stagecoach.local.launcher.supervisor.ControlClient;
import stagecoach.local.launcher.supervisor.Orphans;
import stagecoach.local.launcher.supervisor.Status;
import stagecoach.local.launcher.supervisor.Supervisor;
import stagecoach.local.launcher.supervisor.SupervisorProcess;
import stagecoach.trust.PrivateFiles;

/**
 * The local default in a folder, as a whole: begins it, ends it, tells how it is. What it consists
 * of is {@link LocalDefault}'s.
 */
public final class LocalRun {
    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration HANDSHAKE_MAX = Duration.ofMinutes(3);

    private final Checkout checkout;
    private final Path folder;

    /** That of a checkout in a folder. */
    public LocalRun(Checkout checkout, Path folder) {
        this.checkout = checkout;
        this.folder = folder;
    }

    /** The folder that holds everything. */
    public Path folder() {
        return folder;
    }

    /**
     * A local default that runs.
     *
     * @param alreadyRan whether somebody else had begun it
     */
    public record Started(ControlClient control, Status status, boolean alreadyRan) {}

    /** Why it does not run, in a sentence. */
    public static final class StartRefused extends IOException {
        private static final long serialVersionUID = 1L;

        /** The sentence says why, and what to do. */
        public StartRefused(String sentence) {
            super(sentence);
        }
    }

    /** Like {@link #start(Wishes, Consumer)}, with one process of each service. */
    public Started start(Map<String, Integer> fixedPorts, Consumer<Status> progress)
            throws IOException, InterruptedException {
        return start(new Wishes(fixedPorts, Map.of(), 1, false), progress);
    }

    /**
     * Begins it, unless it runs already, and returns when all is ready. If this Java process is
     * ended meanwhile, what it began is ended too.
     *
     * @param progress is told the table again and again while it starts
     * @throws StartRefused with a sentence; nothing runs then
     */
    public Started start(Wishes wishes, Consumer<Status> progress)
            throws IOException, InterruptedException {
        Optional<ControlClient> present = ControlClient.find(folder);
        if (present.isPresent()) {
            present.get().revive();
            return new Started(present.get(), awaitRunning(present.get(), progress), true);
        }
        keepFromOthers(folder);
        Process supervisor = begin(wishes);
        AtomicBoolean brokenOff = new AtomicBoolean();
        Thread breakOff = new Thread(() -> breakOff(supervisor, brokenOff), "break-off");
        Runtime.getRuntime().addShutdownHook(breakOff);
        try {
            ControlClient control = awaitControl(supervisor);
            boolean foreign = control.supervisor().pid() != supervisor.pid();
            return new Started(control, awaitRunning(control, progress), foreign);
        } catch (StartRefused e) {
            if (brokenOff.get()) {
                // The person knows why, and the hook has the last word.
                new CountDownLatch(1).await();
            }
            throw e;
        } finally {
            removeHook(breakOff);
        }
    }

    /**
     * Makes the folder for its owner only: logs, events, packages and caches in it are as readable
     * as the umask left them. One that is there already and is none of ours stays as it is.
     */
    static void keepFromOthers(Path folder) throws IOException {
        if (!Files.exists(folder) || Files.exists(folder.resolve("secrets"))) {
            PrivateFiles.createFolder(folder);
        }
    }

    private Process begin(Wishes wishes) throws IOException, InterruptedException {
        Path log = new LogFile(folder.resolve("logs"), "supervisor").path();
        Files.createDirectories(log.getParent());
        List<String> command = new ArrayList<>(ownSession());
        command.addAll(
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx96m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        checkout.built("local/launcher/target/app").resolve("*").toString(),
                        SupervisorMain.class.getName(),
                        folder.toString(),
                        checkout.root().toString()));
        command.addAll(wishes.arguments());
        ProcessBuilder builder =
                new ProcessBuilder(wishes.trial() ? TrialDisks.with(folder, command) : command)
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .redirectInput(Redirect.from(Path.of("/dev/null").toFile()))
                        .redirectOutput(Redirect.appendTo(log.toFile()));
        wishes.putInto(builder.environment());
        return builder.start();
    }

    /** In a session of its own no Ctrl-C of this terminal reaches it, now or later. */
    private static List<String> ownSession() {
        boolean setsid =
                Stream.of("/usr/bin/setsid", "/bin/setsid")
                        .anyMatch(file -> Files.isExecutable(Path.of(file)));
        if (setsid) {
            return List.of("setsid");
        }
        return Files.isExecutable(Path.of("/usr/bin/perl"))
                ? List.of("/usr/bin/perl", "-MPOSIX", "-e", "POSIX::setsid(); exec @ARGV")
                : List.of("nohup");
    }

    private ControlClient awaitControl(Process supervisor)
            throws IOException, InterruptedException {
        long giveUp = System.nanoTime() + HANDSHAKE_MAX.toNanos();
        while (System.nanoTime() < giveUp) {
            boolean ended = supervisor.waitFor(POLL.toMillis(), TimeUnit.MILLISECONDS);
            Optional<ControlClient> control = ControlClient.find(folder);
            if (control.isPresent()) {
                return control.get();
            }
            if (ended && supervisor.exitValue() != SupervisorProcess.ALREADY_RUNS) {
                throw new StartRefused(lastProblem());
            }
        }
        throw new StartRefused(
                "the supervisor does not answer. Its log is %s"
                        .formatted(folder.resolve("logs/supervisor.log")));
    }

    private Status awaitRunning(ControlClient control, Consumer<Status> progress)
            throws IOException, InterruptedException {
        while (true) {
            Optional<Status> status = ask(control);
            if (status.isEmpty()) {
                throw new StartRefused(lastProblem());
            }
            progress.accept(status.get());
            switch (status.get().phase()) {
                case RUNNING -> {
                    return status.get();
                }
                case STARTING -> TimeUnit.MILLISECONDS.sleep(POLL.toMillis());
                case STOPPING, STOPPED, FAILED -> awaitEnd(control.supervisor());
            }
        }
    }

    /** Empty once it has ended. */
    private static Optional<Status> ask(ControlClient control)
            throws IOException, InterruptedException {
        try {
            return Optional.of(control.status());
        } catch (IOException e) {
            if (control.supervisor().running().isPresent()) {
                awaitEnd(control.supervisor());
            }
            return Optional.empty();
        }
    }

    private static void awaitEnd(ProcessIdentity supervisor) throws InterruptedException {
        long giveUp = System.nanoTime() + Supervisor.STOP_MAX.toNanos();
        while (supervisor.running().isPresent() && System.nanoTime() < giveUp) {
            TimeUnit.MILLISECONDS.sleep(POLL.toMillis());
        }
    }

    private String lastProblem() throws IOException {
        return orphans()
                .lastStatus()
                .flatMap(Status::problem)
                .orElse(
                        "the start was broken off. The log is %s"
                                .formatted(folder.resolve("logs/supervisor.log")));
    }

    private static void breakOff(Process supervisor, AtomicBoolean brokenOff) {
        brokenOff.set(true);
        System.err.println("\nbreaking off: what has been started is ended");
        supervisor.destroy();
        try {
            supervisor.waitFor(Supervisor.STOP_MAX.toMillis(), TimeUnit.MILLISECONDS);
            System.err.println("nothing runs; ./stagecoach up starts anew");
        } catch (InterruptedException e) {
            System.err.println("broken off: ./stagecoach down ends what still runs");
        }
    }

    private static void removeHook(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // It is running: this process is ending, and the hook does what it is for.
            return;
        }
    }

    /** What {@link #end} found. */
    public enum Ended {
        /** It ran and was ended in good order. */
        STOPPED,
        /** Only processes of a killed supervisor ran; they were ended. */
        ORPHANS,
        /** Nothing ran. */
        NOTHING
    }

    /** Ends everything that runs in the folder; returns when it is gone. */
    public Ended end() throws IOException, InterruptedException {
        Ended ended = endProcesses();
        PidFiles.end(folder.resolve("postgres/data/postmaster.pid"));
        PidFiles.endAllIn(folder.resolve("pids"));
        return ended;
    }

    /** Removes the folder, with all that is in it; nothing may run there any more. */
    public void forget() throws IOException {
        if (!Files.isDirectory(folder)) {
            return;
        }
        List<Path> paths;
        try (Stream<Path> all = Files.walk(folder)) {
            paths = all.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : paths) {
            Files.deleteIfExists(path);
        }
    }

    private Ended endProcesses() throws IOException, InterruptedException {
        Optional<ControlClient> control = ControlClient.find(folder);
        if (control.isPresent()) {
            try {
                control.get().shutdown();
            } catch (IOException e) {
                // It does not listen any more; the operating system's word it will hear.
                control.get().supervisor().end(Supervisor.STOP_MAX);
            }
        }
        int orphans = orphans().end();
        if (control.isPresent()) {
            return Ended.STOPPED;
        }
        return orphans > 0 ? Ended.ORPHANS : Ended.NOTHING;
    }

    /**
     * How it is.
     *
     * @param supervised whether a supervisor runs
     * @param status its table, or what a supervisor wrote last, as far as it is still true
     */
    public record Look(boolean supervised, Optional<Status> status, int orphans) {}

    /** Looks without changing anything. */
    public Look look() throws IOException, InterruptedException {
        Optional<ControlClient> control = ControlClient.find(folder);
        if (control.isPresent()) {
            return new Look(true, Optional.of(control.get().status()), 0);
        }
        return new Look(false, orphans().lastStatus(), orphans().find().size());
    }

    private Orphans orphans() {
        return SupervisorProcess.orphans(folder, LocalDefault.mark(folder));
    }
}
