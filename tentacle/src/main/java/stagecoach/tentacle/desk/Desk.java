package stagecoach.tentacle.desk;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import stagecoach.contracts.agent.BegunPackage;
import stagecoach.contracts.agent.CommandResult;
import stagecoach.contracts.agent.GatewayFrame;
import stagecoach.contracts.agent.SourceLatency;
import stagecoach.tentacle.journal.Bell;
import stagecoach.tentacle.journal.JournalEntry.StopAsked.Cause;
import stagecoach.tentacle.journal.LiveTicket;
import stagecoach.tentacle.journal.Results;
import stagecoach.tentacle.journal.TicketJournal;
import stagecoach.tentacle.removals.RemovalLog;
import stagecoach.tentacle.script.NamedMutexes;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.identity.Ticket;

/**
 * Takes commands in, each once, and has them worked on; the session asks it what there is to say.
 * Called by one thread at a time.
 */
public final class Desk {
    private static final Logger LOG = LoggerFactory.getLogger(Desk.class);

    private final AgentId agent;
    private final TicketJournal journal;
    private final Workshop workshop;
    private final Bell news;
    private final NamedMutexes mutexes = new NamedMutexes();
    private final Map<Ticket, LiveTicket> open;

    /** Results of tickets that have no folder, or none that can be read. */
    private final Map<Ticket, CommandResult> answers = new ConcurrentHashMap<>();

    /**
     * Those of them that were refused since the disk has not taken them: it has nothing of them.
     */
    private final Set<Ticket> unwritten = ConcurrentHashMap.newKeySet();

    /**
     * A desk with nothing on it yet.
     *
     * @param news rung when there is something new to say
     */
    public Desk(AgentId agent, TicketJournal journal, Workshop workshop, Bell news) {
        this.agent = agent;
        this.journal = journal;
        this.workshop = workshop;
        this.open = workshop.open();
        this.news = news;
    }

    /** Takes up what an earlier tentacle process has left. To be called once, before all else. */
    public void takeUp() throws IOException {
        TicketJournal.Found found = journal.takeUp();
        for (Ticket ticket : found.damaged()) {
            LOG.warn("a ticket's journal is damaged ticket={}", ticket);
            answers.put(
                    ticket,
                    Results.unknown(
                            "What this machine had written down about the command is damaged.",
                            true));
        }
        // Those that have begun hold their locks already; the others stand behind them.
        List<LiveTicket> begun = found.open().stream().filter(LiveTicket::isStarted).toList();
        List<LiveTicket> waiting = found.open().stream().filter(live -> !live.isStarted()).toList();
        for (LiveTicket live : begun) {
            put(live);
        }
        for (LiveTicket live : waiting) {
            put(live);
        }
    }

    private void put(LiveTicket live) {
        open.put(live.ticket(), live);
        if (live.result().isEmpty()) {
            TicketWork.start(live, workshop.job(live.command()), mutexes);
        }
        news.ring();
    }

    /** What a delivery was. */
    public enum Delivered {
        /** A command that was not known. */
        NEW,
        /** A repeat: what is known of it is to be said again. */
        REPEATED
    }

    /** Takes in a command; on disk when this returns. */
    public Delivered deliver(GatewayFrame.Deliver delivered) throws IOException {
        Ticket ticket = delivered.command().ticket();
        LiveTicket known = open.get(ticket);
        if (known != null) {
            known.renew(delivered);
            known.wanted(true);
            return Delivered.REPEATED;
        }
        if (answers.containsKey(ticket)) {
            return Delivered.REPEATED;
        }
        Optional<TicketJournal.Tombstone> tombstone = journal.tombstone(ticket);
        if (tombstone.isPresent()) {
            answers.put(
                    ticket,
                    switch (tombstone.get()) {
                        case CANCELLED -> Results.cancelled(Optional.empty());
                        case COMPLETED ->
                                Results.unknown(
                                        "The command was completed before; its result is not kept here.",
                                        false);
                    });
            news.ring();
            return Delivered.REPEATED;
        }
        LiveTicket live;
        try {
            live = journal.accept(delivered);
        } catch (IOException e) {
            LOG.warn("a command cannot be written down ticket={}", ticket, e);
            journal.dropUnaccepted(ticket);
            unwritten.add(ticket);
            answers.put(
                    ticket,
                    Results.refused(
                            "This machine could not write the command down, so it has not begun it: %s."
                                    .formatted(e)));
            news.ring();
            return Delivered.REPEATED;
        }
        if (!delivered.command().agent().equals(agent)) {
            live.end(
                    Results.refused(
                            "The command is for %s, and this is %s."
                                    .formatted(delivered.command().agent(), agent)));
        } else {
            expireIfLate(live);
        }
        live.wanted(true);
        put(live);
        return Delivered.NEW;
    }

    /** What was taken in in time waits for its turn as long as that takes. */
    private void expireIfLate(LiveTicket live) throws IOException {
        Instant expiresAt = workshop.job(live.command()).expiresAt();
        if (live.wallTime().isAfter(expiresAt)) {
            live.end(
                    Results.expired(
                            "It came to this machine when it was too late to begin: it had to be here by %s."
                                    .formatted(expiresAt)));
        }
    }

    /** A session stands, and its gateway says which tickets are to be here. */
    public void sessionBegins(List<Ticket> atGateway) {
        atGateway.forEach(
                ticket -> {
                    LiveTicket live = open.get(ticket);
                    if (live != null) {
                        live.wanted(true);
                    }
                });
    }

    /** The gateway is not heard any more, so nobody knows what is still to be done. */
    public void sessionEnds() {
        open.values().forEach(live -> live.wanted(false));
    }

    /** Ends what runs under a ticket, or makes sure that it never will. */
    public void cancel(GatewayFrame.Cancel cancel) throws IOException {
        LiveTicket live = open.get(cancel.ticket());
        if (live != null) {
            live.askStop(Cause.CANCEL, cancel.killAfter(), cancel.abandonAfter());
            return;
        }
        if (journal.tombstone(cancel.ticket()).isEmpty()) {
            journal.bury(cancel.ticket(), TicketJournal.Tombstone.CANCELLED);
        }
        answers.putIfAbsent(cancel.ticket(), Results.cancelled(Optional.empty()));
        news.ring();
    }

    /** Forgets a ticket whose result is safe. */
    public void complete(Ticket ticket) throws IOException {
        LiveTicket live = open.get(ticket);
        if (live != null && live.result().isPresent()) {
            open.remove(ticket);
            journal.complete(live);
        }
        if (answers.remove(ticket) != null && !unwritten.remove(ticket)) {
            journal.completeDamaged(ticket);
        }
    }

    /** Forgets output that is safe. */
    public void outputTaken(Ticket ticket, long chunk) throws IOException {
        LiveTicket live = open.get(ticket);
        if (live != null) {
            live.output().taken(chunk);
            news.ring();
        }
    }

    /** How far caches are from here, as was measured last. */
    public List<SourceLatency> latencies() {
        return workshop.latencies();
    }

    /** What interrupted fetches have left here. */
    public List<BegunPackage> begun() throws IOException {
        return workshop.begun();
    }

    /** What was removed here and is still to be told. */
    public RemovalLog removals() {
        return workshop.removals();
    }

    /** The open tickets. */
    public List<LiveTicket> open() {
        return List.copyOf(open.values());
    }

    /** Results of tickets that are not open. */
    public Map<Ticket, CommandResult> answers() {
        return Map.copyOf(answers);
    }
}
