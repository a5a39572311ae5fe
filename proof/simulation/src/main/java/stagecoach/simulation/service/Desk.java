package stagecoach.simulation.service;

import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.agent.AgentCommand;
import stagecoach.contracts.agent.AgentCommand.AcquirePackage;
import stagecoach.contracts.agent.CommandOutcome;
import stagecoach.contracts.agent.CommandResult;
import stagecoach.contracts.agent.GatewayFrame.Cancel;
import stagecoach.contracts.agent.StopBounds;
import stagecoach.contracts.agent.TentacleFrame;
import stagecoach.contracts.agent.TentacleFrame.Ended;
import stagecoach.contracts.agent.TentacleFrame.OpenTicket;
import stagecoach.contracts.agent.TentacleFrame.Started;
import stagecoach.simulation.defect.Defect;
import stagecoach.simulation.draw.Scenario.MachineDraft;
import stagecoach.simulation.engine.Play;
import stagecoach.simulation.tale.Sentences;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.identity.Ticket;
import stagecoach.vocabulary.packages.Sha512;
import stagecoach.vocabulary.process.Mutex;

/** The desk of a tentacle: its journal, which is on disk, and the work that it has begun. */
final class Desk {
    private final Play play;
    private final AgentId agent;
    private final MachineDraft draft;
    private final Mouth mouth;
    private final Map<Ticket, Entry> journal = new LinkedHashMap<>();
    private final Set<Ticket> cancelledUnseen = new HashSet<>();
    private final Set<Ticket> completed = new HashSet<>();
    private final Map<Ticket, CommandResult> answers = new TreeMap<>();
    private final Set<Sha512> held = new HashSet<>();
    private boolean present;
    private int life;

    /** Says something to the gateway, if it can be heard. */
    interface Mouth {
        void say(TentacleFrame frame);
    }

    /** A ticket in the journal. */
    private static final class Entry {
        private final AgentCommand command;
        private boolean started;
        private boolean wanted = true;
        private boolean stopAsked;
        private @Nullable Work work;
        private @Nullable CommandResult result;

        Entry(AgentCommand command) {
            this.command = command;
        }
    }

    Desk(Play play, AgentId agent, MachineDraft draft, Mouth mouth) {
        this.play = play;
        this.agent = agent;
        this.draft = draft;
        this.mouth = mouth;
    }

    /** The tentacle is there for the first time. */
    void open() {
        present = true;
    }

    /** The tentacle is gone; what it had started goes on. */
    void leave() {
        present = false;
        life++;
        answers.clear();
    }

    /** The machine has lost power, and with it all that ran. */
    void losePower() {
        for (Entry entry : journal.values()) {
            if (entry.work != null && entry.work.isAlive()) {
                entry.work.kill();
                play.laws().ends(entry.command.ticket(), -1);
            }
        }
    }

    /** The tentacle is there again, and takes up what its journal says. */
    void takeUp(boolean rebooted) {
        present = true;
        if (play.has(Defect.THE_JOURNAL_DIES_WITH_THE_TENTACLE)) {
            journal.clear();
            completed.clear();
        }
        for (Entry entry : List.copyOf(journal.values())) {
            @Nullable Work work = entry.work;
            if (!entry.started || entry.result != null || work == null) {
                continue;
            }
            if (entry.command instanceof AcquirePackage) {
                work.kill();
                play.laws().ends(entry.command.ticket(), -1);
                begin(entry);
            } else if (!work.isAlive()) {
                end(
                        entry,
                        rebooted && work.exitCode() < 0
                                ? Ends.of(
                                        CommandOutcome.UNKNOWN,
                                        "The machine was restarted while it ran.",
                                        false)
                                : Ends.exited(work.exitCode()));
            }
        }
        beginWhatMay();
    }

    /** What it holds is removed to make room. */
    void losePackages() {
        held.clear();
    }

    /** What a new session tells of the journal. */
    List<OpenTicket> openTickets() {
        return journal.values().stream()
                .map(entry -> new OpenTicket(entry.command.ticket(), entry.result != null, 0))
                .toList();
    }

    /** The gateway has the result. */
    void complete(Ticket ticket) {
        @Nullable Entry entry = journal.get(ticket);
        if (entry != null && entry.result != null) {
            journal.remove(ticket);
            completed.add(ticket);
        }
        answers.remove(ticket);
    }

    /** Says all that is known again. */
    void tellAll() {
        journal.values().forEach(this::tell);
        answers.forEach((ticket, result) -> say(new Ended(ticket, result)));
    }

    private void tell(Entry entry) {
        if (entry.started) {
            say(new Started(entry.command.ticket()));
        }
        if (entry.result != null) {
            say(new Ended(entry.command.ticket(), entry.result));
        }
    }

    private void say(TentacleFrame frame) {
        if (present) {
            mouth.say(frame);
        }
    }

    /** Takes a command in, once. */
    void deliver(AgentCommand command) {
        var ticket = command.ticket();
        @Nullable Entry known = journal.get(ticket);
        if (known != null && !play.has(Defect.REPEATED_COMMANDS_RUN_AGAIN)) {
            known.wanted = true;
            tell(known);
            beginWhatMay();
        } else if (cancelledUnseen.contains(ticket)) {
            answer(ticket, Ends.of(CommandOutcome.CANCELLED, "It was cancelled before.", false));
        } else if (completed.contains(ticket) && !play.has(Defect.REPEATED_COMMANDS_RUN_AGAIN)) {
            answer(ticket, Ends.of(CommandOutcome.UNKNOWN, "It was completed before.", false));
        } else {
            var entry = new Entry(command);
            journal.put(ticket, entry);
            if (isTooLate(entry)) {
                end(entry, Ends.of(CommandOutcome.EXPIRED, "It came too late.", false));
            }
            beginWhatMay();
        }
    }

    /** A session stands, and its gateway says what is to be here. */
    void sessionBegins(List<Ticket> atGateway) {
        for (Entry entry : List.copyOf(journal.values())) {
            entry.wanted |= atGateway.contains(entry.command.ticket());
        }
        beginWhatMay();
    }

    /** The gateway is not heard any more. */
    void sessionEnds() {
        journal.values().forEach(entry -> entry.wanted = false);
    }

    private void answer(Ticket ticket, CommandResult result) {
        answers.put(ticket, result);
        say(new Ended(ticket, result));
    }

    /** Ends what runs under a ticket, or makes sure that it never will. */
    void cancel(Cancel cancel) {
        @Nullable Entry entry = journal.get(cancel.ticket());
        if (entry == null) {
            if (!completed.contains(cancel.ticket())) {
                cancelledUnseen.add(cancel.ticket());
            }
            answer(cancel.ticket(), Ends.of(CommandOutcome.CANCELLED, "Never begun.", false));
            return;
        }
        if (entry.result != null || entry.stopAsked) {
            return;
        }
        entry.stopAsked = true;
        if (!entry.started) {
            end(entry, Ends.of(CommandOutcome.CANCELLED, "cancelled", false));
            return;
        }
        stop(entry, CommandOutcome.CANCELLED, cancel.killAfter(), cancel.abandonAfter());
    }

    private void stop(
            Entry entry, CommandOutcome outcome, Duration killAfter, Duration abandonAfter) {
        @Nullable Work work = entry.work;
        if (work == null) {
            return;
        }
        int mine = life;
        long until =
                switch (work.manner()) {
                    case IGNORES_TERM -> killAfter.toMillis();
                    case CANNOT_BE_KILLED -> killAfter.plus(abandonAfter).toMillis();
                    case NONE, FIRST_TRY_FAILS, FAILS_SOMEWHERE, FAILS, SLOW ->
                            play.dice().between(1, 500);
                };
        play.time()
                .after(
                        until,
                        () -> {
                            if (entry.result != null || !work.isAlive() || mine != life) {
                                return;
                            }
                            boolean killed = work.canBeKilled();
                            if (killed) {
                                work.kill();
                                play.laws().ends(entry.command.ticket(), -1);
                            }
                            end(
                                    entry,
                                    killed
                                            ? Ends.of(outcome, "stopped", false)
                                            : Ends.of(
                                                    CommandOutcome.ABANDONED,
                                                    "The script did not end although it was"
                                                            + " killed.",
                                                    true));
                        });
    }

    /** Begins what the machine's lock allows. */
    private void beginWhatMay() {
        if (!present) {
            return;
        }
        boolean exclusiveAhead = false;
        boolean anyAhead = false;
        for (Entry entry : List.copyOf(journal.values())) {
            if (entry.result != null) {
                continue;
            }
            var mode = Work.lockOf(entry.command);
            boolean free =
                    mode.isEmpty()
                            || (mode.get() == Mutex.Mode.SHARED ? !exclusiveAhead : !anyAhead);
            if (!entry.started && free && (entry.wanted || !isTooLate(entry))) {
                begin(entry);
            }
            if (entry.result == null && mode.isPresent()) {
                anyAhead = true;
                exclusiveAhead |= mode.get() == Mutex.Mode.EXCLUSIVE;
            }
        }
    }

    private boolean isTooLate(Entry entry) {
        Instant expiresAt = Work.expiresAt(entry.command);
        return play.time().clock().isAfter(expiresAt);
    }

    private void begin(Entry entry) {
        var work = Work.of(play, draft, entry.command, held);
        entry.work = work;
        entry.started = true;
        play.tale().tell(agent.value(), "begins " + Sentences.of(entry.command));
        play.laws().begins(entry.command, agent, Set.copyOf(held));
        if (entry.command instanceof AcquirePackage acquire && !isHeld(acquire)) {
            play.laws().moves(acquire, agent);
        }
        say(new Started(entry.command.ticket()));
        play.time().after(work.durationMillis(), () -> over(entry, work));
        Work.timeout(entry.command)
                .filter(timeout -> timeout.toMillis() < work.durationMillis())
                .ifPresent(
                        timeout ->
                                play.time().after(timeout.toMillis(), () -> timedOut(entry, work)));
    }

    private boolean isHeld(AcquirePackage acquire) {
        return held.contains(acquire.pin().sha512()) && !acquire.force();
    }

    private void timedOut(Entry entry, Work work) {
        if (entry.result == null && work.isAlive() && !entry.stopAsked && present) {
            entry.stopAsked = true;
            StopBounds bounds = entry.command.stopBounds();
            stop(entry, CommandOutcome.TIMED_OUT, bounds.killAfter(), bounds.abandonAfter());
        }
    }

    /** The work has come to its own end. */
    private void over(Entry entry, Work work) {
        if (!work.isAlive()) {
            return;
        }
        work.die();
        play.laws().ends(entry.command.ticket(), work.exitCode());
        boolean known = journal.get(entry.command.ticket()) == entry;
        if (!present || entry.result != null || !known) {
            return;
        }
        if (entry.command instanceof AcquirePackage acquire && work.exitCode() == 0) {
            boolean had = isHeld(acquire);
            held.add(acquire.pin().sha512());
            end(entry, Ends.acquired(had, acquire.pin().size()));
        } else if (entry.command instanceof AcquirePackage) {
            end(entry, Ends.of(CommandOutcome.REFUSED, "No source had it.", false));
        } else {
            end(entry, Ends.exited(work.exitCode()));
        }
    }

    private void end(Entry entry, CommandResult result) {
        entry.result = result;
        say(new Ended(entry.command.ticket(), result));
        play.time().after(1, this::beginWhatMay);
    }
}
