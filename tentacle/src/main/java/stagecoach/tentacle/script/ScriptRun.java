package stagecoach.tentacle.script;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import stagecoach.contracts.agent.StopBounds;
import stagecoach.tentacle.home.Boot;
import stagecoach.tentacle.journal.JournalEntry;
import stagecoach.tentacle.journal.JournalEntry.StopAsked;
import stagecoach.tentacle.journal.JournalEntry.StopAsked.Cause;
import stagecoach.tentacle.journal.LiveTicket;

/**
 * Runs one script of a ticket exactly once: starts it, or attaches to it if an earlier tentacle
 * process started it, passes on its output, ends it when it must, and tells how it ended.
 */
public final class ScriptRun {
    private static final Duration LOOK_OFTEN = Duration.ofMillis(20);
    private static final Duration LOOK_SELDOM = Duration.ofMillis(200);
    private static final Duration KILL_AGAIN = Duration.ofSeconds(1);

    /** A file's time is that of the kernel's last tick, and so a little old. */
    private static final Duration FILE_TIMES_LAG = Duration.ofMillis(100);

    /** How long a process that has won its claim may take to say who it is. */
    private static final Duration INTRODUCTION_MAX = Duration.ofSeconds(5);

    private final ScriptTools tools;
    private final ProcessGroup.Signals signals;
    private final Spelling spelling = Spelling.ofThisProcess();

    /** Runs scripts with these tools. */
    public ScriptRun(ScriptTools tools) {
        this(tools, ProcessGroup::throughShell);
    }

    ScriptRun(ScriptTools tools, ProcessGroup.Signals signals) {
        this.tools = tools;
        this.signals = signals;
    }

    /** Whether an earlier attempt at this script has got so far that it may have begun. */
    public static boolean mayHaveBegun(LiveTicket live, String script) {
        return lastStart(live, script).isPresent();
    }

    /** Whether one of a ticket's scripts runs now, as far as the machine knows. */
    public static boolean isAlive(LiveTicket live) throws IOException {
        for (JournalEntry entry : live.entries()) {
            if (entry instanceof JournalEntry.Starting starting
                    && new ScriptFolder(live.folder(), starting.script())
                            .process()
                            .filter(ProcessMark::isAlive)
                            .isPresent()) {
                return true;
            }
        }
        return false;
    }

    /**
     * Runs the script to its end.
     *
     * @param deadline when it is ended, if it has not by then
     */
    public ScriptEnd run(LiveTicket live, Script script, Optional<Instant> deadline)
            throws IOException, InterruptedException {
        ScriptFolder folder = new ScriptFolder(live.folder(), script.name());
        Optional<JournalEntry.Starting> before = lastStart(live, script.name());
        if (before.isEmpty()) {
            return start(live, script, folder, 1, deadline);
        }
        JournalEntry.Starting starting = before.get();
        boolean sameBoot = !starting.boot().isEmpty() && starting.boot().equals(Boot.id());
        if (sameBoot && folder.exitCode().isEmpty() && folder.winClaim(starting.claim())) {
            // The tentacle ended between its record and the process: nothing has begun.
            return start(live, script, folder, starting.claim() + 1, deadline);
        }
        // A process of an earlier boot says nothing any more.
        return attach(live, script, folder, sameBoot ? INTRODUCTION_MAX : Duration.ZERO, deadline);
    }

    private static Optional<JournalEntry.Starting> lastStart(LiveTicket live, String script) {
        return live.entries().stream()
                .filter(JournalEntry.Starting.class::isInstance)
                .map(JournalEntry.Starting.class::cast)
                .filter(starting -> starting.script().equals(script))
                .reduce((_, later) -> later);
    }

    private ScriptEnd start(
            LiveTicket live,
            Script script,
            ScriptFolder folder,
            int claim,
            Optional<Instant> deadline)
            throws IOException, InterruptedException {
        Optional<StopAsked> stop = live.stop();
        if (stop.isPresent()) {
            return new ScriptEnd.Stopped(stop.get().cause(), Optional.empty());
        }
        Optional<Path> program = script.interpreter().program();
        if (program.isEmpty()) {
            return new ScriptEnd.Refused(
                    "This machine has no %s. Install it, or write the step for what the machine has."
                            .formatted(script.interpreter().capability()));
        }
        Optional<Path> setsid = Machine.find("setsid");
        if (setsid.isEmpty()) {
            return new ScriptEnd.Refused(
                    "This machine has no setsid, without which a script cannot outlive the tentacle. Install util-linux.");
        }
        if (!spelling.knows(script.variables().values())) {
            return new ScriptEnd.Refused(
                    "This machine's tentacle runs in a locale that cannot spell a variable of the script. Start it with LC_ALL=C.UTF-8 in its environment.");
        }
        folder.prepare(script);
        Path body = folder.body(script);
        ProcessBuilder builder;
        try {
            builder =
                    tools.process(
                            setsid.get(),
                            folder,
                            ScriptFolder.claimName(claim),
                            script.interpreter().command(program.get(), body, tools.functions()),
                            script);
        } catch (IllegalArgumentException e) {
            folder.forgetBody(script);
            return new ScriptEnd.Refused(
                    "A variable cannot be put into a process's environment: %s."
                            .formatted(e.getMessage()));
        }
        live.starting(script.name(), claim);
        Process process;
        try {
            process = builder.start();
        } catch (IOException e) {
            folder.forgetBody(script);
            return new ScriptEnd.Refused(
                    "The script's process could not be started: %s. If its variables are long, shorten them."
                            .formatted(e.getMessage()));
        }
        CompletableFuture<Void> _ = process.onExit().thenRun(live::ring);
        // One that has ended already is told by its exit code.
        ProcessMark mark =
                ProcessMark.of(process.pid()).orElse(new ProcessMark(process.pid(), "ended"));
        live.note(new JournalEntry.Started(live.now(), script.name(), mark.pid(), mark.start()));
        return watch(live, script, folder, mark, deadline);
    }

    private ScriptEnd attach(
            LiveTicket live,
            Script script,
            ScriptFolder folder,
            Duration introductionMax,
            Optional<Instant> deadline)
            throws IOException, InterruptedException {
        Instant giveUp = live.now().plus(introductionMax);
        Optional<ProcessMark> process = folder.process();
        while (process.isEmpty() && live.now().isBefore(giveUp)) {
            live.awaitRing(LOOK_OFTEN);
            process = folder.process();
        }
        if (process.isEmpty()) {
            folder.forgetBody(script);
            return new ScriptEnd.Unknown(
                    "The tentacle ended while it started the script, and no trace tells how far that got.",
                    true);
        }
        return watch(live, script, folder, process.get(), deadline);
    }

    private ScriptEnd watch(
            LiveTicket live,
            Script script,
            ScriptFolder folder,
            ProcessMark mark,
            Optional<Instant> deadline)
            throws IOException, InterruptedException {
        ProcessGroup group = new ProcessGroup(mark, signals);
        try (FileChannel out = OutputTail.open(folder.stdout());
                FileChannel err = OutputTail.open(folder.stderr())) {
            OutputTail tail = new OutputTail(live, script.name(), out, err);
            Ending ending = new Ending(live, group, deadline);
            Duration pause = LOOK_OFTEN;
            Optional<ScriptEnd> end = Optional.empty();
            while (end.isEmpty()) {
                boolean news;
                try {
                    news = tail.read();
                } catch (IOException e) {
                    // Whatever the disk does, a limit or a cancel is obeyed.
                    end = ending.look(folder, mark);
                    if (end.orElse(null) instanceof ScriptEnd.Abandoned abandoned) {
                        return abandoned;
                    }
                    throw e;
                }
                end = ending.look(folder, mark);
                if (end.isEmpty() && !news) {
                    pause = min(pause.multipliedBy(2), LOOK_SELDOM);
                    live.awaitRing(ending.until(pause));
                } else {
                    pause = LOOK_OFTEN;
                }
            }
            tail.readToEnd();
            folder.forgetBody(script);
            return end.get();
        }
    }

    private static Duration min(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    /** Judges whether the script has ended, and makes it end when it must. */
    private static final class Ending {
        private final LiveTicket live;
        private final ProcessGroup group;
        private final Optional<Instant> deadline;

        /** An earlier tentacle process may have terminated it already. */
        private final boolean stopWasThere;

        private boolean terminated;
        private Optional<Instant> nextKill = Optional.empty();

        Ending(LiveTicket live, ProcessGroup group, Optional<Instant> deadline) {
            this.live = live;
            this.group = group;
            this.deadline = deadline;
            this.stopWasThere = live.stop().isPresent();
        }

        Optional<ScriptEnd> look(ScriptFolder folder, ProcessMark mark)
                throws IOException, InterruptedException {
            Optional<StopAsked> stop = live.stop();
            if (stop.isPresent() && !cameTooLate(stop.get(), folder)) {
                return stopping(stop.get(), folder);
            }
            // In this order: the exit code is written before the process ends.
            boolean alive = mark.isAlive();
            Optional<Integer> code = folder.exitCode();
            if (code.isPresent()) {
                return Optional.of(new ScriptEnd.Exited(code.get()));
            }
            if (!alive) {
                return Optional.of(
                        new ScriptEnd.Unknown(
                                "The script's process is gone without an exit code: it was killed from outside, or the machine was switched off.",
                                group.hasMembers()));
            }
            if (deadline.isPresent() && !live.now().isBefore(deadline.get())) {
                StopBounds bounds = live.command().stopBounds();
                live.askStop(Cause.TIMEOUT, bounds.killAfter(), bounds.abandonAfter());
                return stopping(live.stop().orElseThrow(), folder);
            }
            return Optional.empty();
        }

        /** What had ended before it was asked to has ended by itself. */
        private boolean cameTooLate(StopAsked stop, ScriptFolder folder) throws IOException {
            return !terminated
                    && folder.exitCode().isPresent()
                    && (!stopWasThere
                            || folder.exitedBefore(
                                    stop.wallTime().orElse(stop.at()).minus(FILE_TIMES_LAG)));
        }

        private Optional<ScriptEnd> stopping(StopAsked stop, ScriptFolder folder)
                throws IOException, InterruptedException {
            if (!terminated) {
                group.send("TERM");
                terminated = true;
            }
            Instant now = live.now();
            Instant killAt = stop.at().plus(stop.killAfter());
            if (!now.isBefore(nextKill.orElse(killAt))) {
                // Again now and then: what forks fast has made a group that no signal had reached.
                group.send("KILL");
                nextKill = Optional.of(now.plus(KILL_AGAIN));
            }
            if (!group.hasMembers()) {
                return Optional.of(new ScriptEnd.Stopped(stop.cause(), folder.exitCode()));
            }
            if (!now.isBefore(killAt.plus(stop.abandonAfter()))) {
                return Optional.of(new ScriptEnd.Abandoned(stop.cause()));
            }
            return Optional.empty();
        }

        /** How long to wait so that no deadline is missed. */
        Duration until(Duration pause) {
            Instant now = live.now();
            Duration wait = pause;
            if (deadline.isPresent() && deadline.get().isAfter(now)) {
                wait = min(wait, Duration.between(now, deadline.get()));
            }
            return live.stop().isPresent() ? min(wait, LOOK_OFTEN.multipliedBy(2)) : wait;
        }
    }
}
