package stagecoach.tentacle.journal;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.agent.AgentCommand;
import stagecoach.contracts.agent.CommandPayload;
import stagecoach.contracts.agent.CommandResult;
import stagecoach.contracts.agent.GatewayFrame.Deliver;
import stagecoach.tentacle.home.Boot;
import stagecoach.vocabulary.identity.Ticket;

/**
 * One ticket while it is open: what its work records and asks, and what there is to say about it.
 * The work runs on one thread; cancel and the session come from others.
 */
public final class LiveTicket {
    private final TicketFolder folder;
    private final AgentCommand command;
    private final SecretOutputs secrets;
    private final Set<String> derived = new LinkedHashSet<>();
    private final OutputLog output;
    private final SteadyClock clock;
    private final InstantSource wall;
    private final Runnable news;
    private final long order;
    private final ReentrantLock lock = new ReentrantLock();
    private final Bell bell = new Bell();
    private volatile Deliver delivered;
    private volatile Masks given;
    private volatile Masks masks;
    private @Nullable Thread worker;
    private JournalEntry.@Nullable StopAsked stop;
    private @Nullable CommandResult result;
    private boolean started;
    private volatile long progress = -1;
    private volatile boolean wanted;

    private LiveTicket(
            TicketFolder folder,
            TicketFolder.Accepted accepted,
            OutputLog output,
            SteadyClock clock,
            InstantSource wall,
            Runnable news) {
        this.folder = folder;
        this.command = accepted.delivered().command();
        this.order = accepted.order();
        this.delivered = accepted.delivered().withoutPayload();
        this.given = Masks.of(accepted.delivered().payload());
        this.masks = given;
        this.secrets = new SecretOutputs(folder.path());
        this.output = output;
        this.clock = clock;
        this.wall = wall;
        this.news = news;
        for (JournalEntry entry : folder.entries()) {
            switch (entry) {
                case JournalEntry.Starting _, JournalEntry.Started _, JournalEntry.Reached _ ->
                        started = true;
                case JournalEntry.StopAsked asked -> stop = stop == null ? asked : stop;
                case JournalEntry.Ended ended -> result = ended.result();
            }
        }
    }

    /**
     * Takes up the ticket in {@code folder}.
     *
     * @param clock for the spans of its work
     * @param wall the machine's own
     * @param news called whenever there is something new to say to the gateway
     */
    static LiveTicket open(
            TicketFolder folder, SteadyClock clock, InstantSource wall, Runnable news)
            throws IOException {
        if (folder.result().isPresent()) {
            // A crash may have come before this was done.
            folder.forgetPlain();
        }
        LiveTicket live =
                new LiveTicket(
                        folder,
                        folder.accepted(),
                        OutputLog.open(folder.path().resolve(TicketFolder.OUTPUT)),
                        clock,
                        wall,
                        news);
        live.hideAlso(folder.masks());
        return live;
    }

    /** The ticket. */
    public Ticket ticket() {
        return folder.ticket();
    }

    /** What is asked; nothing in it is secret. */
    public AgentCommand command() {
        return command;
    }

    /** Rises from ticket to ticket in the order of arrival. */
    public long order() {
        return order;
    }

    /** The part of the command that may hold secrets; read from disk, not to be kept. */
    public Optional<CommandPayload> payload() throws IOException {
        return folder.accepted().delivered().payload();
    }

    /** When the command was accepted. */
    public Instant acceptedAt() throws IOException {
        return folder.accepted().at();
    }

    /** What was delivered last, without what may be secret. */
    public Deliver delivered() {
        return delivered;
    }

    /** A repeated delivery brings fresh grants. */
    public void renew(Deliver fresh) {
        delivered = fresh.withoutPayload();
    }

    /** The ticket's own folder. */
    public Path folder() {
        return folder.path();
    }

    /** What has been recorded. */
    public List<JournalEntry> entries() {
        return folder.entries();
    }

    /** The output. */
    public OutputLog output() {
        return output;
    }

    /** What must not be seen, with what scripts have set as sensitive until now. */
    public Masks masks() throws IOException {
        List<String> set = secrets.news();
        if (!set.isEmpty()) {
            masks = given.and(Masks.of(set));
        }
        return masks;
    }

    /**
     * Hides these from now on, also after a restart: what was made of secrets on this machine. To
     * be called by the ticket's work.
     */
    public void hide(Collection<String> texts) throws IOException {
        if (derived.containsAll(texts)) {
            return;
        }
        hideAlso(texts);
        folder.keepMasks(List.copyOf(derived));
    }

    private void hideAlso(Collection<String> texts) {
        derived.addAll(texts);
        Masks more = Masks.of(List.copyOf(texts));
        given = given.and(more);
        masks = masks.and(more);
    }

    /** The names of what scripts have set as sensitive. */
    public Set<String> sensitiveNames() throws IOException {
        return secrets.newest().keySet();
    }

    /** The time, which does not jump while this process lives; for spans of the ticket's work. */
    public Instant now() {
        return clock.instant();
    }

    /** The time by the machine's clock, to compare with times of others and of files. */
    public Instant wallTime() {
        return wall.instant();
    }

    /** Records that a script is about to be started, under this claim; on disk when it returns. */
    public void starting(String script, int claim) throws IOException {
        record(
                new JournalEntry.Starting(
                        now(), script, claim, Boot.id(), Optional.of(clock.ticks())));
    }

    /** Records an entry, on disk when this returns; the work counts as begun. */
    public void record(JournalEntry entry) throws IOException {
        folder.record(entry);
        begun();
    }

    /** Records an entry that a power cut may take. */
    public void note(JournalEntry entry) throws IOException {
        folder.note(entry);
        begun();
    }

    /** Says that the work has begun, for work that needs no record of that. */
    public void begun() {
        lock.lock();
        try {
            started = true;
        } finally {
            lock.unlock();
        }
        news.run();
    }

    /** Adds a line of Stagecoach's own to the output. */
    public void info(String text) throws IOException {
        output.info(clock.instant(), masks().apply(text));
        if (output.flush()) {
            news.run();
        }
    }

    /** Passes on what has been added to the output. */
    public void flushOutput() throws IOException {
        if (output.flush()) {
            news.run();
        }
    }

    /** Says how far a transfer has come, in bytes. */
    public void progress(long bytes) {
        progress = bytes;
        news.run();
    }

    /** How far a transfer has come, if one goes on. */
    public OptionalLong progress() {
        return progress < 0 ? OptionalLong.empty() : OptionalLong.of(progress);
    }

    /** Whether the gateway of the present session has said that the work is still to be done. */
    public boolean isWanted() {
        return wanted;
    }

    /** The gateway has said that the work is still to be done, or is not heard any more. */
    public void wanted(boolean now) {
        wanted = now;
        ring();
    }

    /** Whether the work has begun. */
    public boolean isStarted() {
        lock.lock();
        try {
            return started;
        } finally {
            lock.unlock();
        }
    }

    /** Says what the work has come to while more is to be done for the ticket; on disk, sealed. */
    public void workEnded(CommandResult whole) throws IOException {
        folder.keepWorkResult(whole);
    }

    /** What was said so, also by the process before this one. */
    public Optional<CommandResult> workResult() throws IOException {
        return folder.workResult();
    }

    /** What is said of the ticket, once it has ended. */
    public Optional<CommandResult> result() {
        lock.lock();
        try {
            return Optional.ofNullable(result);
        } finally {
            lock.unlock();
        }
    }

    /** Ends the ticket: from now on this is what is said, also after a restart. */
    public void end(CommandResult ended) throws IOException {
        SecretOutputs.Settled settled = secrets.settle(ended, masks(), this::info);
        if (!settled.secrets().isEmpty()) {
            folder.keepSecrets(settled.secrets());
        }
        CommandResult whole = Results.masked(settled.result(), masks());
        output.finish();
        folder.record(new JournalEntry.Ended(clock.instant(), whole));
        lock.lock();
        try {
            result = whole;
        } finally {
            lock.unlock();
        }
        news.run();
        folder.forgetPlain();
    }

    /** The values of the sensitive outputs that the result names; read from disk each time. */
    public Map<String, String> secrets() throws IOException {
        boolean any = result().filter(said -> !said.sensitiveOutputs().isEmpty()).isPresent();
        return any ? folder.secrets() : Map.of();
    }

    /** Whether the work shall end, and how; the first who asked counts. */
    public Optional<JournalEntry.StopAsked> stop() {
        lock.lock();
        try {
            return Optional.ofNullable(stop);
        } finally {
            lock.unlock();
        }
    }

    /** Asks the work to end; a second time changes nothing. */
    public void askStop(
            JournalEntry.StopAsked.Cause cause, Duration killAfter, Duration abandonAfter)
            throws IOException {
        lock.lock();
        try {
            if (stop != null || result != null) {
                return;
            }
            var asked =
                    new JournalEntry.StopAsked(
                            now(), cause, killAfter, abandonAfter, Optional.of(wallTime()));
            folder.record(asked);
            stop = asked;
            if (worker != null) {
                worker.interrupt();
            }
            ring();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Runs work that a cancel may interrupt; if a stop was asked for before, it does not begin.
     *
     * @throws InterruptedException if a stop was asked for
     */
    public <T, E extends Exception> T interruptibly(Interruptible<T, E> work)
            throws E, IOException, InterruptedException {
        lock.lock();
        try {
            if (stop != null) {
                throw new InterruptedException("asked to stop");
            }
            worker = Thread.currentThread();
        } finally {
            lock.unlock();
        }
        try {
            return work.run();
        } finally {
            lock.lock();
            try {
                worker = null;
                // A stop that came at the very end must not hit what comes after.
                Thread.interrupted();
            } finally {
                lock.unlock();
            }
        }
    }

    /** Wakes the work: something that it waits for may have happened. */
    public void ring() {
        bell.ring();
    }

    /** Waits until someone rings, or the time has passed. */
    public void awaitRing(Duration atMost) throws InterruptedException {
        bell.await(atMost);
    }

    void forget() throws IOException {
        output.close();
        folder.remove();
    }
}
