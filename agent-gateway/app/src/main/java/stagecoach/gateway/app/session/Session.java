package stagecoach.gateway.app.session;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.agent.AgentCommand;
import stagecoach.contracts.agent.AgentCommand.AcquirePackage;
import stagecoach.contracts.agent.GatewayFrame;
import stagecoach.contracts.agent.GatewayFrame.Complete;
import stagecoach.contracts.agent.GatewayFrame.Goodbye;
import stagecoach.contracts.agent.GatewayFrame.OutputTaken;
import stagecoach.contracts.agent.GatewayFrame.Welcome;
import stagecoach.contracts.agent.LogEntry;
import stagecoach.contracts.agent.TentacleFrame;
import stagecoach.contracts.agent.TentacleFrame.Ended;
import stagecoach.contracts.agent.TentacleFrame.Health;
import stagecoach.contracts.agent.TentacleFrame.Hello;
import stagecoach.contracts.agent.TentacleFrame.Output;
import stagecoach.contracts.agent.TentacleFrame.Progress;
import stagecoach.contracts.agent.TentacleFrame.Started;
import stagecoach.gateway.app.mailbox.Mailbox;
import stagecoach.gateway.app.mailbox.StoredMail;
import stagecoach.gateway.app.output.LogRelay;
import stagecoach.gateway.app.output.OutputLane;
import stagecoach.gateway.app.session.AgentSocket.CloseCode;
import stagecoach.gateway.app.session.lane.Lane;
import stagecoach.gateway.presence.Epoch;
import stagecoach.runtime.store.TemporaryFailure;
import stagecoach.trust.Thumbprint;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.identity.Ticket;
import stagecoach.wire.StagecoachJson;

/**
 * One connection of one tentacle. Frames are handled in their order on a virtual thread; what
 * writes to the database is tried again while that is away, and meanwhile the socket is not read.
 */
final class Session {
    private static final Logger LOG = Logger.getLogger(Session.class);
    private static final int PROTOCOL = 1;

    /** Twice what a chunk of output has by the protocol; a larger one fits into no log. */
    private static final int OUTPUT_CHARS_MAX = 64 * 1024;

    private static final Duration PAUSE_MIN = Duration.ofMillis(100);
    private static final Duration PAUSE_MAX = Duration.ofSeconds(2);

    private final AgentSocket socket;
    private final AgentId agent;
    private final Thumbprint thumbprint;
    private final Presence presence;
    private final Mailbox mailbox;
    private final Sessions sessions;
    private final Courier courier;
    private final OutputLane output;
    private final Lane control;

    /** What output belongs to, as long as the ticket is at work here. */
    private final Map<Ticket, AgentCommand> atWork = new ConcurrentHashMap<>();

    private volatile @Nullable Epoch epoch;
    private volatile Optional<Hello> greeting = Optional.empty();
    private volatile boolean ready;
    private volatile String endReason = "Its connection closed.";
    private final Presence.SelfReports selfReports;

    Session(
            AgentSocket socket,
            AgentId agent,
            Thumbprint thumbprint,
            Presence presence,
            Mailbox mailbox,
            Sessions sessions,
            LogRelay relay,
            Function<Session, Courier> couriers) {
        this.socket = socket;
        this.agent = agent;
        this.thumbprint = thumbprint;
        this.presence = presence;
        this.mailbox = mailbox;
        this.sessions = sessions;
        this.control = new Lane("session " + agent, e -> fail("task", e));
        this.output =
                relay.open(
                        (ticket, chunk) -> send(new OutputTaken(ticket, chunk)),
                        socket::roomChanged,
                        e -> fail("output", e));
        this.courier = couriers.apply(this);
        this.selfReports = presence.reports(agent, this::epoch);
    }

    /** Begins to listen; called on the socket's event loop. */
    void listen() {
        socket.listen(
                text -> control.submit(() -> handle(text), text.length()),
                paused -> control.isFull(paused) || output.isFull(),
                this::onClose);
    }

    AgentId agent() {
        return agent;
    }

    Thumbprint thumbprint() {
        return thumbprint;
    }

    /** The epoch of a session that has begun. */
    Epoch epoch() {
        Epoch own = epoch;
        if (own == null) {
            throw new IllegalStateException("the session of %s has not begun".formatted(agent));
        }
        return own;
    }

    /** What the tentacle said of itself; empty before that. */
    Optional<Hello> greeting() {
        return greeting;
    }

    AgentSocket socket() {
        return socket;
    }

    boolean isOpen() {
        return socket.isOpen();
    }

    void wake() {
        if (ready && isOpen()) {
            courier.wake();
        }
    }

    /** The same for what the tables have; what is tried again later is left to that time. */
    void remind() {
        if (ready && isOpen()) {
            courier.remind();
        }
    }

    void send(GatewayFrame frame) {
        socket.send(StagecoachJson.text(frame));
    }

    /** A command is about to be sent in this session. */
    void sending(StoredMail stored) {
        atWork.put(stored.ticket(), stored.command());
    }

    void goodbye(String reason, boolean comeBack) {
        endReason = reason;
        send(new Goodbye(reason, comeBack));
        socket.close(CloseCode.NORMAL, reason);
    }

    /** A newer session of the agent has begun. */
    void giveWay() {
        socket.close(CloseCode.REPLACED, "A newer session of this agent has begun.");
    }

    /** The connection does not live any more. */
    void giveUp(String why) {
        endReason = why;
        socket.close(CloseCode.POLICY, why);
    }

    /** Something is wrong with us: loud, and the tentacle begins anew. */
    void fail(String what, Throwable e) {
        LOG.errorf(e, "session failed agent=%s what=%s", agent, what);
        socket.close(CloseCode.FAILED, "The gateway has failed; its log says why.");
    }

    private void handle(String text) {
        if (socket.isEnding()) {
            return;
        }
        try {
            TentacleFrame frame;
            try {
                frame = Frames.read(text);
            } catch (RuntimeException e) {
                LOG.warnf("no frame of the protocol agent=%s cause=%s", agent, e.getMessage());
                socket.close(CloseCode.PROTOCOL_ERROR, "That is no frame of the protocol.");
                return;
            }
            handle(frame, text.length());
        } catch (RuntimeException e) {
            fail("frame", e);
        } finally {
            socket.roomChanged();
        }
    }

    private void handle(TentacleFrame frame, int size) {
        boolean first = epoch == null;
        if (first != frame instanceof Hello) {
            socket.close(CloseCode.PROTOCOL_ERROR, "A session begins with one hello.");
            return;
        }
        switch (frame) {
            case Hello hello -> onHello(hello);
            case Started started -> persistently(() -> mailbox.started(agent, started.ticket()));
            case Output chunk -> onOutput(chunk, size);
            case Progress progress -> onProgress(progress, size);
            // Behind the output before it, which must be safe before the tentacle may forget it.
            case Ended ended -> output.afterwards(() -> onEnded(ended), size);
            case Health health -> onHealth(health);
        }
    }

    private void onHello(Hello hello) {
        if (!hello.agent().equals(agent)) {
            goodbye("This certificate is that of %s.".formatted(agent), false);
            return;
        }
        if (hello.protocolMax() < PROTOCOL) {
            goodbye("This gateway speaks protocol 1 and newer.", false);
            return;
        }
        greeting = Optional.of(hello);
        selfReports.begin(hello);
        persistently(
                () -> {
                    Optional<Presence.Begun> begun = presence.begin(agent, thumbprint, hello);
                    if (begun.isEmpty()) {
                        goodbye("This certificate is not trusted any more.", false);
                    } else {
                        begin(begun.get());
                    }
                });
    }

    private void begin(Presence.Begun begun) {
        epoch = begun.epoch();
        Optional<Session> older = sessions.of(agent);
        if (!sessions.add(this)) {
            giveWay();
            return;
        }
        older.ifPresent(Session::giveWay);
        List<StoredMail> there = begun.resumed().atWork();
        there.forEach(this::sending);
        LOG.infof("session begins agent=%s epoch=%s atWork=%d", agent, begun.epoch(), there.size());
        send(
                new Welcome(
                        PROTOCOL,
                        begun.epoch().value(),
                        there.stream().map(StoredMail::ticket).toList(),
                        begun.next().map(Thumbprint::value)));
        for (StoredMail stored : begun.resumed().cancel()) {
            stored.mail().cancellation().ifPresent(c -> courier.say(stored.ticket(), c));
        }
        courier.begin(begun.resumed().redeliver());
        ready = true;
        courier.wake();
    }

    private void onOutput(Output chunk, int size) {
        if (size > OUTPUT_CHARS_MAX) {
            socket.close(CloseCode.PROTOCOL_ERROR, "A chunk of output has at most 32 KiB.");
            return;
        }
        Optional<AgentCommand> of = commandOf(chunk.ticket());
        if (!isOpen()) {
            return;
        }
        if (of.isEmpty()) {
            LOG.warnf("output of no open ticket agent=%s ticket=%s", agent, chunk.ticket());
            send(new OutputTaken(chunk.ticket(), chunk.chunk()));
            return;
        }
        offer(
                new LogEntry.Output(
                        chunk.ticket(), agent, of.get().context(), chunk.chunk(), chunk.lines()),
                size);
    }

    private void onProgress(Progress progress, int size) {
        commandOf(progress.ticket())
                .filter(AcquirePackage.class::isInstance)
                .map(AcquirePackage.class::cast)
                .ifPresent(
                        acquire ->
                                offer(
                                        new LogEntry.TransferProgress(
                                                acquire.context().deployment(),
                                                acquire.pin(),
                                                acquire.context().target(),
                                                Optional.empty(),
                                                progress.bytes()),
                                        size));
    }

    private void offer(LogEntry entry, int size) {
        output.offer(entry, size);
        socket.roomChanged();
    }

    private Optional<AgentCommand> commandOf(Ticket ticket) {
        AgentCommand known = atWork.get(ticket);
        if (known != null) {
            return Optional.of(known);
        }
        var found = new AgentCommand[1];
        persistently(
                () ->
                        mailbox.find(Set.of(ticket)).stream()
                                .filter(stored -> stored.mail().agent().equals(agent))
                                .filter(stored -> stored.mail().mayStillBeHeardOf())
                                .forEach(
                                        stored -> {
                                            sending(stored);
                                            found[0] = stored.command();
                                        }));
        return Optional.ofNullable(found[0]);
    }

    private void onEnded(Ended ended) {
        persistently(
                () -> {
                    mailbox.ended(agent, ended.ticket(), ended.result(), ended.secrets());
                    atWork.remove(ended.ticket());
                    send(new Complete(ended.ticket()));
                });
    }

    private void onHealth(Health health) {
        selfReports.on(health, this::persistently);
    }

    private void onClose() {
        output.close();
        sessions.remove(this);
        // Behind a hello that is just being answered.
        control.submit(this::tellLoss, 0);
    }

    private void tellLoss() {
        sessions.remove(this);
        Epoch own = epoch;
        if (own == null || sessions.stopping() || socket.comesBackAtOnce()) {
            // Nothing began; or the process stops, and the tentacle has the grace to come back; or
            // it does so by itself, and the next round of the lease sees it if it does not.
            return;
        }
        try {
            presence.lost(agent, own, endReason);
        } catch (TemporaryFailure e) {
            // The row still names this process: the next round of its lease sees it.
            LOG.warnf("loss is told later agent=%s cause=%s", agent, e);
        } catch (RuntimeException e) {
            LOG.errorf(e, "loss cannot be told agent=%s", agent);
        }
    }

    /** Tries again while the database is away, as long as the connection lives. */
    private void persistently(Runnable work) {
        Duration pause = PAUSE_MIN;
        while (isOpen()) {
            try {
                work.run();
                return;
            } catch (TemporaryFailure e) {
                LOG.debugf("waits for the database agent=%s cause=%s", agent, e);
                LockSupport.parkNanos(pause.toNanos());
                pause =
                        pause.multipliedBy(2).compareTo(PAUSE_MAX) > 0
                                ? PAUSE_MAX
                                : pause.multipliedBy(2);
            }
        }
    }
}
