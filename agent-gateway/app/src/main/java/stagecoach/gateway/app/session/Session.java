package stagecoach.gateway.app.session;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.agent.AgentCommand;
import stagecoach.contracts.agent.AgentReport.Refusal;
import stagecoach.contracts.agent.GatewayFrame;
import stagecoach.contracts.agent.GatewayFrame.Goodbye;
import stagecoach.contracts.agent.GatewayFrame.OutputTaken;
import stagecoach.contracts.agent.GatewayFrame.RemovalsTaken;
import stagecoach.contracts.agent.GatewayFrame.TrustGateway;
import stagecoach.contracts.agent.GatewayFrame.Welcome;
import stagecoach.contracts.agent.TentacleFrame;
import stagecoach.contracts.agent.TentacleFrame.Ended;
import stagecoach.contracts.agent.TentacleFrame.GatewayTrusted;
import stagecoach.contracts.agent.TentacleFrame.Health;
import stagecoach.contracts.agent.TentacleFrame.Hello;
import stagecoach.contracts.agent.TentacleFrame.Output;
import stagecoach.contracts.agent.TentacleFrame.Progress;
import stagecoach.contracts.agent.TentacleFrame.Started;
import stagecoach.gateway.app.enrolment.Agents;
import stagecoach.gateway.app.mailbox.Mailbox;
import stagecoach.gateway.app.mailbox.StoredMail;
import stagecoach.gateway.app.output.LogRelay;
import stagecoach.gateway.app.output.OutputLane;
import stagecoach.gateway.app.pod.Pod;
import stagecoach.gateway.app.refusal.Refusals;
import stagecoach.gateway.app.session.AgentSocket.CloseCode;
import stagecoach.gateway.app.session.frame.Frames;
import stagecoach.gateway.app.session.lane.Lane;
import stagecoach.gateway.presence.Epoch;
import stagecoach.runtime.store.TemporaryFailure;
import stagecoach.trust.Thumbprint;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.wire.StagecoachJson;

/**
 * One connection of one tentacle. Frames are handled in their order on a virtual thread; what
 * writes to the database is tried again while that is away, and meanwhile the socket is not read.
 */
final class Session {
    private static final Logger LOG = Logger.getLogger(Session.class);
    private static final int PROTOCOL = 1;

    private static final Duration PAUSE_MIN = Duration.ofMillis(100);
    private static final Duration PAUSE_MAX = Duration.ofSeconds(2);

    private final AgentSocket socket;
    private final AgentId agent;
    private final Thumbprint thumbprint;
    private final Presence presence;
    private final Sessions sessions;
    private final Refusals refusals;
    private final Guest guest;
    private final List<Thumbprint> gateways;
    private final Courier courier;
    private final OutputLane output;
    private final Lane control;
    private final Reporting reporting;

    private volatile @Nullable Epoch epoch;
    private volatile Optional<Hello> greeting = Optional.empty();
    private volatile boolean ready;
    private volatile String endReason = "Its connection closed.";
    private final Presence.SelfReports selfReports;

    /** What whoever has brought the connection is told of the session over it. */
    interface Guest {
        /** It has begun. */
        void inside();

        /**
         * It is over, and what there is to tell of that is told.
         *
         * @param comesBack whether the machine has ended it to begin another at once
         */
        void gone(String why, boolean comesBack);
    }

    /** What all sessions share. */
    record Surroundings(
            Presence presence,
            Mailbox mailbox,
            Sessions sessions,
            LogRelay relay,
            Refusals refusals,
            List<Thumbprint> gateways) {}

    /**
     * A session over {@code socket} that has not begun.
     *
     * @param guest told once it has, and when it is over
     */
    Session(
            AgentSocket socket,
            AgentId agent,
            Thumbprint thumbprint,
            Surroundings around,
            Guest guest,
            Function<Session, Courier> couriers) {
        this.socket = socket;
        this.agent = agent;
        this.thumbprint = thumbprint;
        this.presence = around.presence();
        this.sessions = around.sessions();
        this.refusals = around.refusals();
        this.gateways = around.gateways();
        this.guest = guest;
        this.control = new Lane("session " + agent, e -> fail("task", e));
        this.output =
                around.relay()
                        .open(
                                (ticket, chunk) -> send(new OutputTaken(ticket, chunk)),
                                socket::roomChanged,
                                e -> fail("output", e));
        this.reporting = new Reporting(this, around.mailbox(), output);
        this.courier = couriers.apply(this);
        this.selfReports = presence.reports(agent, this::epoch);
    }

    /** Begins to listen; called on the socket's event loop. */
    void listen() {
        socket.listen(
                text -> control.submit(() -> handle(text), text.length()),
                paused -> control.isFull(paused) || output.isFull(),
                why -> refuse(Refusal.PROTOCOL, why),
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

    /** What there is to note of its machine when the clock says {@code now}; once it has begun. */
    Optional<Agents.Seen> seen(Instant now) {
        Duration silent = Duration.between(socket.heard(), Pod.uptime());
        return ready
                ? Optional.of(new Agents.Seen(agent, now.minus(silent), selfReports.room()))
                : Optional.empty();
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
        reporting.atWork(stored);
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

    /** Tells that it asked or said what it may not. */
    void refuse(Refusal refusal, String why) {
        refusals.agent(refusal, socket.from().host(), thumbprint, agent, why);
    }

    /** It does not speak the protocol. */
    void refuseFrame(String why) {
        refuse(Refusal.PROTOCOL, why);
        socket.close(CloseCode.PROTOCOL_ERROR, why);
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
                refuseFrame("That is no frame of the protocol.");
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
            refuseFrame("A session begins with one hello.");
            return;
        }
        switch (frame) {
            case Hello hello -> onHello(hello);
            case Started started -> reporting.on(started);
            case Output chunk -> reporting.on(chunk, size);
            case Progress progress -> reporting.on(progress, size);
            case Ended ended -> reporting.on(ended, size);
            case GatewayTrusted(var said) -> {
                List<Thumbprint> ours =
                        gateways.stream().filter(each -> said.contains(each.value())).toList();
                persistently(() -> presence.trusts(agent, epoch(), ours));
            }
            case Health health ->
                    selfReports.on(
                            health, this::persistently, number -> send(new RemovalsTaken(number)));
        }
    }

    private void onHello(Hello hello) {
        if (!hello.agent().equals(agent)) {
            refuse(Refusal.OTHER_AGENT, "It called itself %s.".formatted(hello.agent()));
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
                    Optional<Presence.Begun> begun =
                            presence.begin(agent, thumbprint, hello, this::isOpen);
                    if (begun.isEmpty()) {
                        if (isOpen()) {
                            refuse(
                                    Refusal.FORMER_CERTIFICATE,
                                    "It was trusted when it dialled, and not when it said hello.");
                        }
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
        there.forEach(reporting::atWork);
        LOG.infof("session begins agent=%s epoch=%s atWork=%d", agent, begun.epoch(), there.size());
        send(
                new Welcome(
                        PROTOCOL,
                        begun.epoch().value(),
                        there.stream().map(StoredMail::ticket).toList(),
                        begun.next().map(Thumbprint::value)));
        if (greeting.orElseThrow().capabilities().contains(AgentCommand.GATEWAY_RENEWAL)) {
            send(new TrustGateway(gateways.stream().map(Thumbprint::value).toList()));
        }
        for (StoredMail stored : begun.resumed().cancel()) {
            stored.mail().cancellation().ifPresent(c -> courier.say(stored.ticket(), c));
        }
        guest.inside();
        courier.begin(begun.resumed().redeliver());
        ready = true;
        courier.wake();
    }

    private void onClose() {
        output.close();
        sessions.remove(this);
        // Behind a hello that is just being answered.
        control.submit(this::tellLoss, 0);
    }

    private void tellLoss() {
        sessions.remove(this);
        tellLossOf(epoch);
        guest.gone(endReason, socket.comesBackAtOnce());
    }

    private void tellLossOf(@Nullable Epoch own) {
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
    void persistently(Runnable work) {
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
