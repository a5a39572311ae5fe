package stagecoach.local.launcher.supervisor;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import stagecoach.local.launcher.process.BackOff;
import stagecoach.local.launcher.process.Keeper;
import stagecoach.local.launcher.process.ProcessIdentity;
import stagecoach.local.launcher.process.ProcessSpec;
import stagecoach.local.launcher.process.ProcessState;
import stagecoach.local.launcher.process.ReadinessProbe;
import stagecoach.local.launcher.supervisor.AddedProcesses.Added;

/**
 * The one process table: starts the stages in their order, keeps every process running, takes more
 * of them while it runs, and ends all in reverse order. Who may be the supervisor of a folder, and
 * how others talk to it, is left to the program around it.
 */
public final class Supervisor {
    private final Plan plan;
    private final Path stateFile;
    private final Path logs;
    private final BackOff backOff;
    private final ReadinessProbe probe = new ReadinessProbe();
    private final Semaphore starts =
            new Semaphore(Math.max(4, 2 * Runtime.getRuntime().availableProcessors()));
    private final AddedProcesses added;

    /** One change of the table at a time; held while processes are added, removed or ended. */
    private final ReentrantLock changes = new ReentrantLock();

    private final Map<String, Keeper> keepers = new LinkedHashMap<>();
    private Phase phase = Phase.STARTING;
    private @Nullable String problem;

    /**
     * What a supervisor is to run.
     *
     * @param facts what clients need to know, shown in the status
     * @param stages in starting order
     * @param kinds of processes that may be added
     */
    public record Plan(
            Map<String, String> facts, List<Stage> stages, Map<String, ProcessKind> kinds) {
        public Plan {
            stages = List.copyOf(stages);
            kinds = Map.copyOf(kinds);
        }
    }

    /**
     * A supervisor that has not started anything yet.
     *
     * @param folder where {@code state.json}, {@code processes.json} and {@code logs/} lie
     * @throws IOException when what an earlier life wrote there cannot be read
     */
    public Supervisor(Plan plan, Path folder, BackOff backOff) throws IOException {
        this.plan = plan;
        this.stateFile = folder.resolve("state.json");
        this.logs = folder.resolve("logs");
        this.backOff = backOff;
        this.added = new AddedProcesses(folder.resolve("processes.json"));
    }

    /**
     * Starts everything and returns when it is ready.
     *
     * @throws StartFailed with a sentence when something did not get ready; the rest still runs
     */
    public void start() throws StartFailed, InterruptedException {
        try {
            for (Stage stage : plan.stages()) {
                start(stage);
            }
            for (Added each : added.all()) {
                addAgain(each);
            }
        } catch (StartFailed e) {
            problem(e.sentence());
            throw e;
        }
        move(Phase.RUNNING);
    }

    private void start(Stage stage) throws StartFailed, InterruptedException {
        List<Keeper> begun = new ArrayList<>();
        changes.lock();
        try {
            requireStarting();
            for (ProcessSpec spec : stage.processes()) {
                begun.add(begin(spec));
            }
        } finally {
            changes.unlock();
        }
        for (Keeper keeper : begun) {
            switch (keeper.awaitSettled()) {
                case READY -> {}
                case FAILED -> throw StartFailed.of(keeper);
                case STOPPED, STARTING, RESTARTING ->
                        throw new StartFailed("the start was broken off");
            }
        }
        for (Stage.Step step : stage.steps()) {
            requireStarting();
            try {
                step.work().run();
            } catch (InterruptedException e) {
                throw e;
            } catch (Exception e) {
                throw new StartFailed("%s failed: %s".formatted(step.name(), e.getMessage()), e);
            }
        }
    }

    private void requireStarting() throws StartFailed {
        if (phase() != Phase.STARTING) {
            throw new StartFailed("the start was broken off");
        }
    }

    private void addAgain(Added each) throws StartFailed {
        changes.lock();
        try {
            requireStarting();
            @Nullable ProcessKind kind = plan.kinds().get(each.kind());
            if (kind == null) {
                throw new IllegalArgumentException("there is no such kind of process any more");
            }
            begin(kind.spec(each.name(), each.options()));
        } catch (IllegalArgumentException e) {
            throw new StartFailed(
                    "%s cannot be started again: %s".formatted(each.processName(), e.getMessage()),
                    e);
        } finally {
            changes.unlock();
        }
    }

    /**
     * Adds a process and starts it; one of the same kind, name and options that runs is left alone,
     * one with other options is replaced. It is there again after a restart of the supervisor.
     *
     * @return its name in the table
     * @throws IllegalArgumentException with a sentence when there is no such kind, or an option is
     *     wrong
     * @throws IllegalStateException when everything is being ended
     */
    public String add(String kind, String name, Map<String, String> options)
            throws IOException, InterruptedException {
        @Nullable ProcessKind known = plan.kinds().get(kind);
        if (known == null) {
            throw new IllegalArgumentException(
                    "there is no kind of process \"%s\", only %s"
                            .formatted(kind, plan.kinds().keySet().stream().sorted().toList()));
        }
        ProcessSpec spec = known.spec(name, options);
        changes.lock();
        try {
            requireNotEnding();
            @Nullable Keeper present = keepers.get(spec.name());
            if (present != null && !isReplacedBy(spec, present)) {
                return spec.name();
            }
            if (present != null) {
                present.stop();
            }
            added.put(new Added(kind, name, options));
            begin(spec);
            return spec.name();
        } finally {
            changes.unlock();
        }
    }

    private static boolean isReplacedBy(ProcessSpec spec, Keeper present) {
        ProcessState state = present.status().state();
        return state == ProcessState.FAILED
                || state == ProcessState.STOPPED
                || !present.spec().equals(spec);
    }

    /**
     * Ends an added process and forgets it.
     *
     * @return whether there was one
     * @throws IllegalArgumentException when it is one of the fixed ones
     */
    public boolean remove(String processName) throws IOException, InterruptedException {
        if (isFixed(processName)) {
            throw new IllegalArgumentException(
                    "%s belongs to the local default and is ended with it".formatted(processName));
        }
        changes.lock();
        try {
            added.remove(processName);
            @Nullable Keeper keeper = keepers.get(processName);
            if (keeper == null) {
                return false;
            }
            keeper.stop();
            synchronized (keepers) {
                keepers.remove(processName);
            }
            return true;
        } finally {
            changes.unlock();
            changed();
        }
    }

    /**
     * Kills a process and does not start it again ({@code back}), or lets it come again.
     *
     * @return whether there is one of this name
     */
    public boolean hold(String processName, boolean back) {
        Optional<Keeper> keeper;
        synchronized (keepers) {
            keeper = Optional.ofNullable(keepers.get(processName));
        }
        keeper.ifPresent(back ? Keeper::holdBack : Keeper::release);
        return keeper.isPresent();
    }

    /**
     * Starts again what has FAILED.
     *
     * @return the names
     */
    public List<String> revive() throws InterruptedException {
        changes.lock();
        try {
            requireNotEnding();
            List<String> revived = new ArrayList<>();
            for (Keeper each : List.copyOf(keepers.values())) {
                if (each.status().state() == ProcessState.FAILED) {
                    begin(each.spec());
                    revived.add(each.spec().name());
                }
            }
            return revived;
        } finally {
            changes.unlock();
        }
    }

    /**
     * Ends everything: what was added last first, then stage by stage; returns when all is gone.
     */
    public void stop() throws InterruptedException {
        move(Phase.STOPPING);
        changes.lock();
        try {
            List<List<Keeper>> groups = new ArrayList<>();
            for (Stage stage : plan.stages()) {
                groups.add(running(stage.processes().stream().map(ProcessSpec::name).toList()));
            }
            groups.add(running(keepers.keySet().stream().filter(name -> !isFixed(name)).toList()));
            for (List<Keeper> group : groups.reversed()) {
                stopSideBySide(group);
            }
        } finally {
            changes.unlock();
        }
        move(problem().isPresent() ? Phase.FAILED : Phase.STOPPED);
    }

    private List<Keeper> running(List<String> names) {
        return names.stream()
                .flatMap(name -> Optional.ofNullable(keepers.get(name)).stream())
                .toList();
    }

    private static void stopSideBySide(List<Keeper> group) throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        for (Keeper keeper : group) {
            threads.add(
                    Thread.startVirtualThread(
                            () -> {
                                try {
                                    keeper.stop();
                                } catch (InterruptedException e) {
                                    throw new IllegalStateException("nobody interrupts this", e);
                                }
                            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
    }

    /** The table at this moment. */
    public Status status() {
        List<Keeper> all;
        Phase now;
        Optional<String> why;
        synchronized (keepers) {
            all = List.copyOf(keepers.values());
            now = phase;
            why = Optional.ofNullable(problem);
        }
        return new Status(
                plan.facts(),
                ProcessIdentity.of(ProcessHandle.current()),
                now,
                why,
                all.stream().map(Keeper::status).toList());
    }

    private boolean isFixed(String processName) {
        return plan.stages().stream()
                .flatMap(stage -> stage.processes().stream())
                .anyMatch(spec -> spec.name().equals(processName));
    }

    private Keeper begin(ProcessSpec spec) {
        Keeper keeper = new Keeper(spec, logs, backOff, probe, starts, this::changed);
        synchronized (keepers) {
            keepers.put(spec.name(), keeper);
        }
        changed();
        keeper.start();
        return keeper;
    }

    private void requireNotEnding() {
        Phase now = phase();
        if (now != Phase.STARTING && now != Phase.RUNNING) {
            throw new IllegalStateException("everything is being ended");
        }
    }

    private Phase phase() {
        synchronized (keepers) {
            return phase;
        }
    }

    private Optional<String> problem() {
        synchronized (keepers) {
            return Optional.ofNullable(problem);
        }
    }

    private void problem(String sentence) {
        synchronized (keepers) {
            // A start that is broken off on purpose is no problem.
            if (phase == Phase.STARTING) {
                problem = sentence;
            }
        }
        changed();
    }

    private void move(Phase next) {
        synchronized (keepers) {
            if (next == Phase.RUNNING && phase != Phase.STARTING) {
                return;
            }
            phase = next;
        }
        changed();
    }

    /** Writes the table; the newest one last, whoever calls. */
    private void changed() {
        synchronized (stateFile) {
            try {
                AtomicFile.write(stateFile, StatusJson.write(status()));
            } catch (IOException e) {
                // The file is a copy of the table, written again at the next change; a full disk
                // must
                // not end the keeping of processes.
                System.err.println("error: the state file cannot be written: " + e);
            }
        }
    }

    /** How long a supervisor may take to end everything. */
    public static final Duration STOP_MAX = Duration.ofMinutes(2);
}
