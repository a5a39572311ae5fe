package stagecoach.local.launcher.chaos.fault;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import stagecoach.cli.client.Text;
import stagecoach.local.launcher.process.ProcessIdentity;
import stagecoach.local.launcher.process.ProcessState;
import stagecoach.local.launcher.process.ProcessStatus;

/**
 * Kills a process every few seconds, and does greater faults at their times. Which process, and
 * when, comes from the seed; what came of it, and when, is told.
 */
public final class FaultRunner {
    private static final int PAUSE_MILLIS_MIN = 2_000;
    private static final int PAUSE_MILLIS_MAX = 6_000;
    private static final int FILL_BYTES = 64 << 10;
    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration BACK_MAX = Duration.ofMinutes(5);

    private final Installation installation;
    private final FaultTale tale;
    private final Random random;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final CountDownLatch allTried = new CountDownLatch(1);
    private final List<Thread> threads = Collections.synchronizedList(new ArrayList<>());
    private final Map<String, Integer> kills = new ConcurrentSkipListMap<>();
    private final Deeds deeds = new Deeds();

    /** Who suffers from a greater fault now. */
    private final Set<String> suffering = ConcurrentHashMap.newKeySet();

    /** What is told; each with the time at which it is told. */
    @FunctionalInterface
    public interface FaultTale {
        /** Something has just happened. */
        void tell(String what);
    }

    /**
     * A greater fault of a run.
     *
     * @param at after the beginning
     */
    public record Planned(Duration at, Fault fault) {
        /** When it is over, after the beginning of the run. */
        public Duration end() {
            return at.plus(fault.time());
        }
    }

    /** One that has not begun. */
    public FaultRunner(Installation installation, FaultTale tale, long seed) {
        this.installation = installation;
        this.tale = tale;
        this.random = new Random(seed);
    }

    /** Begins; returns at once. */
    public void begin(List<Planned> planned) {
        deeds.plan(planned);
        begin("kills", this::killOnAndOn, this::trouble);
        begin(
                "faults",
                () -> {
                    try {
                        doAll(planned);
                    } finally {
                        allTried.countDown();
                    }
                },
                this::trouble);
    }

    /** Returns when the last of the planned faults is over, or none is done any more. */
    public void awaitPlanned() throws InterruptedException {
        allTried.await();
    }

    /** Begins nothing more; returns when what was done is over and all is back. */
    public void end() throws InterruptedException {
        stopping.countDown();
        awaitThreads();
    }

    /** Ends what is going on before its time, so that everything can be ended. */
    public void breakOff() throws InterruptedException {
        stopping.countDown();
        synchronized (threads) {
            threads.forEach(Thread::interrupt);
        }
        awaitThreads();
    }

    private void awaitThreads() throws InterruptedException {
        while (!threads.isEmpty()) {
            Thread thread = threads.getFirst();
            thread.join();
            threads.remove(thread);
        }
    }

    /** How often each was killed, by name. */
    public Map<String, Integer> kills() {
        return new TreeMap<>(kills);
    }

    /** What was not done as it was planned, each a sentence. */
    public List<String> undone() {
        List<String> undone = new ArrayList<>(deeds.undone());
        if (kills.isEmpty()) {
            undone.add("no process was killed, so this run says nothing about kills");
        }
        return undone;
    }

    private interface Doing {
        void run() throws IOException, InterruptedException;
    }

    private void begin(String name, Doing doing, Consumer<String> onFailure) {
        threads.add(
                Thread.ofVirtual()
                        .name(name)
                        .start(
                                () -> {
                                    try {
                                        doing.run();
                                    } catch (IOException e) {
                                        onFailure.accept("%s ended early: %s".formatted(name, e));
                                    } catch (InterruptedException e) {
                                        Thread.currentThread().interrupt();
                                    }
                                }));
    }

    private void trouble(String sentence) {
        deeds.trouble(sentence);
        tale.tell(sentence);
    }

    private void killOnAndOn() throws IOException, InterruptedException {
        while (!stopping.await(
                random.nextInt(PAUSE_MILLIS_MIN, PAUSE_MILLIS_MAX), TimeUnit.MILLISECONDS)) {
            List<String> victims = installation.victims();
            String victim = victims.get(random.nextInt(victims.size()));
            if (!suffers(victim)) {
                kill(victim);
            }
        }
    }

    private void kill(String victim) throws IOException, InterruptedException {
        List<Long> pids = installation.pids(victim);
        Optional<ProcessIdentity> before =
                installation.row(victim).flatMap(ProcessStatus::identity);
        if (pids.isEmpty()) {
            tale.tell("kill -9   %s: it is not there just now".formatted(victim));
            return;
        }
        Signals.kill(pids);
        tale.tell("kill -9   " + victim);
        kills.merge(victim, 1, Integer::sum);
        begin("return of " + victim, () -> tellReturn(victim, before), tale::tell);
    }

    /** Somebody else may be killed meanwhile, or this one again: then the last one tells. */
    private void tellReturn(String victim, Optional<ProcessIdentity> before)
            throws IOException, InterruptedException {
        long began = System.nanoTime();
        Optional<ProcessIdentity> first = Optional.empty();
        while (true) {
            Optional<ProcessStatus> row = installation.row(victim);
            Optional<ProcessIdentity> now = row.flatMap(ProcessStatus::identity);
            if (first.isEmpty() && now.isPresent() && !now.equals(before)) {
                first = now;
            }
            if (row.isEmpty() || (first.isPresent() && !now.equals(first))) {
                return;
            }
            if (first.isPresent() && row.get().state() == ProcessState.READY) {
                tale.tell(
                        "          %s is back after %s"
                                .formatted(
                                        victim,
                                        Text.seconds(Duration.ofNanos(System.nanoTime() - began))));
                return;
            }
            TimeUnit.MILLISECONDS.sleep(POLL.toMillis());
        }
    }

    private void doAll(List<Planned> planned) throws IOException, InterruptedException {
        long began = System.nanoTime();
        for (Planned each : planned) {
            long wait = each.at().toNanos() - (System.nanoTime() - began);
            if (stopping.await(Math.max(0, wait), TimeUnit.NANOSECONDS)) {
                return;
            }
            tale.tell(each.fault().words());
            long since = System.nanoTime();
            if (doOne(each.fault())) {
                deeds.done(each, Duration.ofNanos(System.nanoTime() - since));
            }
        }
    }

    /** Whether it had its effect until its end. */
    private boolean doOne(Fault fault) throws IOException, InterruptedException {
        return switch (fault) {
            case Fault.Frozen(var victim, var time) -> {
                List<Long> pids = List.of();
                boolean frozen;
                suffering.add(victim);
                try {
                    awaitThere(victim);
                    pids = installation.wholePids(victim);
                    Signals.freeze(pids);
                    TimeUnit.NANOSECONDS.sleep(time.toNanos());
                    frozen = Signals.areFrozen(pids);
                } finally {
                    Signals.thaw(pids);
                    suffering.remove(victim);
                }
                tale.tell("          %s goes on".formatted(victim));
                yield frozen;
            }
            case Fault.Away(var victim, var time) -> {
                Optional<ProcessIdentity> before;
                boolean away;
                suffering.add(victim);
                try {
                    awaitThere(victim);
                    before = installation.row(victim).flatMap(ProcessStatus::identity);
                    List<Long> pids = installation.wholePids(victim);
                    installation.holdBack(victim);
                    Signals.kill(pids);
                    TimeUnit.NANOSECONDS.sleep(time.toNanos());
                    away = installation.wholePids(victim).isEmpty();
                } finally {
                    installation.release(victim);
                    suffering.remove(victim);
                }
                tale.tell("          %s may come again".formatted(victim));
                begin("return of " + victim, () -> tellReturn(victim, before), tale::tell);
                yield away;
            }
            case Fault.DiskFull(var victim, var time) -> {
                Optional<Path> disk = installation.disk(victim);
                if (disk.isEmpty()) {
                    tale.tell("          passed over: %s has no disk of its own".formatted(victim));
                    yield false;
                }
                Path filler = disk.get().resolve("filler");
                suffering.add(victim);
                try {
                    keepFull(filler, time);
                } finally {
                    Files.deleteIfExists(filler);
                    suffering.remove(victim);
                }
                tale.tell("          %s has room again".formatted(victim));
                yield true;
            }
            case Fault.ClockWrong(var by, var time) -> {
                try {
                    installation.clockOffset(by);
                    TimeUnit.NANOSECONDS.sleep(time.toNanos());
                } finally {
                    installation.clockOffset(Duration.ZERO);
                }
                tale.tell("          the clocks are right again");
                yield true;
            }
        };
    }

    /** What has been killed by chance is no victim of anything else before it is back. */
    private void awaitThere(String victim) throws IOException, InterruptedException {
        long giveUp = System.nanoTime() + BACK_MAX.toNanos();
        while (installation
                .row(victim)
                .filter(row -> row.state() == ProcessState.READY)
                .isEmpty()) {
            if (System.nanoTime() > giveUp) {
                throw new IOException(
                        "%s has not come back within %d minutes"
                                .formatted(victim, BACK_MAX.toMinutes()));
            }
            TimeUnit.MILLISECONDS.sleep(POLL.toMillis());
        }
    }

    /** Takes again at once what is given back meanwhile. */
    private static void keepFull(Path filler, Duration time)
            throws IOException, InterruptedException {
        long end = System.nanoTime() + time.toNanos();
        var block = ByteBuffer.allocate(FILL_BYTES);
        while (System.nanoTime() < end) {
            try (var file =
                    FileChannel.open(
                            filler, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
                while (true) {
                    file.write(block.rewind());
                }
            } catch (IOException full) {
                // That is what it is for.
                TimeUnit.MILLISECONDS.sleep(POLL.toMillis());
            }
        }
    }

    private boolean suffers(String victim) {
        String whole = victim.equals(Installation.POSTGRES_SERVER) ? Installation.POSTGRES : victim;
        return suffering.contains(whole);
    }
}
