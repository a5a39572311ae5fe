package stagecoach.tentacle.session;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.WebSocketBase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import stagecoach.contracts.agent.GatewayFrame;
import stagecoach.contracts.agent.TentacleFrame;
import stagecoach.tentacle.desk.Desk;
import stagecoach.tentacle.home.Certificates;
import stagecoach.tentacle.home.GatewayTrust;
import stagecoach.tentacle.home.Home;
import stagecoach.tentacle.journal.Bell;
import stagecoach.tentacle.journal.LiveTicket;
import stagecoach.trust.Identity;
import stagecoach.trust.Thumbprint;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.identity.Ticket;
import stagecoach.wire.StagecoachJson;

/**
 * One session with the gateway: reads on the calling thread, writes on another, and ends when
 * either side does.
 */
final class GatewaySession {
    /** The version of the protocol that is spoken here. */
    static final int PROTOCOL = 1;

    private static final Logger LOG = LoggerFactory.getLogger(GatewaySession.class);

    /** With so much waiting unread, in characters, the gateway is slowed down. */
    private static final long UNREAD_MAX = 1 << 20;

    // Of a session whose machine begins the next one at once, with another certificate.
    private static final short COMES_BACK = 4410;
    private static final short NORMAL = 1000;
    private static final short NOT_A_FRAME = 1002;
    private static final String RENEWS = "the certificate of this machine is renewed";

    private final Party party;
    private final SessionRules rules;
    private final Turn turn;
    private final Vertx vertx;
    private final WebSocketBase socket;
    private final Identity shown;
    private final LinkedBlockingQueue<Incoming> unread = new LinkedBlockingQueue<>();
    private final AtomicLong unreadLength = new AtomicLong();
    private final SessionWriter writer;
    private volatile long heardNanos = System.nanoTime();
    private volatile boolean connected;
    private final AtomicBoolean closing = new AtomicBoolean();
    private volatile boolean closed;
    private volatile short code = NORMAL;
    private Optional<Thumbprint> announced = Optional.empty();

    /** What a session is for. */
    record Party(
            AgentId agent,
            String version,
            Home home,
            Certificates certificates,
            GatewayTrust gateways,
            Desk desk,
            Bell news,
            Runnable onStands) {}

    /** Lets one session stand at a time. */
    interface Turn {
        /** Of whoever has one session after the other anyway. */
        Turn ALWAYS =
                new Turn() {
                    @Override
                    public void of(GatewaySession next) {}

                    @Override
                    public void stands(GatewaySession session) {}
                };

        /** Ends the session before {@code next}, which is welcomed, and waits for its end. */
        void of(GatewaySession next) throws InterruptedException;

        /** It stands, and its number is on disk. */
        void stands(GatewaySession session);
    }

    /** What arrives. */
    private sealed interface Incoming {
        record Text(String json) implements Incoming {}

        record Closed(String reason) implements Incoming {}
    }

    /**
     * How a session ended.
     *
     * @param renewing the next one begins at once: it was ended for a new certificate
     */
    record End(String reason, boolean stood, boolean comeBack, boolean renewing) {
        /** It did not come to stand. */
        static End failed(String reason) {
            return new End(reason, false, true, false);
        }
    }

    /**
     * A session over a socket that has said nothing yet: its handlers are set here.
     *
     * @param shown the certificate that it shows
     * @param turn what it waits for before it stands
     */
    GatewaySession(
            Party party,
            SessionRules rules,
            Vertx vertx,
            WebSocketBase socket,
            Identity shown,
            Turn turn) {
        this.turn = turn;
        this.party = party;
        this.rules = rules;
        this.vertx = vertx;
        this.socket = socket;
        this.shown = shown;
        this.writer = new SessionWriter(this, party, rules);
        socket.textMessageHandler(this::onText);
        // Also of signs of life, and of the parts of what takes long on a slow line.
        socket.frameHandler(_ -> heardNanos = System.nanoTime());
        socket.exceptionHandler(e -> end("connection failed: " + e.getMessage()));
        socket.closeHandler(_ -> end(closeReason()));
    }

    private String closeReason() {
        Short code = socket.closeStatusCode();
        String reason = socket.closeReason();
        return "closed by the gateway"
                + (code == null ? "" : " with " + code)
                + (reason == null || reason.isEmpty() ? "" : ": " + reason);
    }

    private void onText(String json) {
        unread.add(new Incoming.Text(json));
        if (unreadLength.addAndGet(json.length()) > UNREAD_MAX) {
            socket.pause();
        }
    }

    private void end(String reason) {
        closed = true;
        unread.add(new Incoming.Closed(reason));
        party.news().ring();
    }

    /** Ends the session from this side, perhaps before it is one. */
    void close(String reason) {
        if (!closed) {
            end(reason);
        }
        if (connected && !closing.getAndSet(true)) {
            socket.close(code)
                    .onFailure(e -> LOG.debug("a socket was gone before: {}", e.getMessage()));
        }
    }

    /** Introduces this machine and talks until the session ends. */
    End run() throws InterruptedException {
        connected = true;
        boolean stood = false;
        boolean begun = false;
        try {
            send(hello());
            Optional<GatewayFrame> first = next(rules.welcomeMax());
            if (first.isEmpty()) {
                return left("the gateway did not welcome in time", false);
            }
            if (!(first.get() instanceof GatewayFrame.Welcome welcome)) {
                return refuse(first.get());
            }
            if (welcome.protocol() != PROTOCOL) {
                return left(
                        "the gateway speaks version %d of the protocol, this tentacle %d. Bring the older of the two up to date"
                                .formatted(welcome.protocol(), PROTOCOL),
                        false);
            }
            long highest = party.home().epoch();
            if (welcome.epoch() <= highest) {
                return left(
                        "the gateway's session has the number %d, and %d was obeyed already; if its database was set back, update the gateway or remove %s"
                                .formatted(
                                        welcome.epoch(),
                                        highest,
                                        party.home().root().resolve("epoch")),
                        false);
            }
            turn.of(this);
            party.home().epoch(welcome.epoch());
            turn.stands(this);
            stood = true;
            LOG.info("session stands epoch={}", welcome.epoch());
            party.certificates().stood(shown);
            if (isTrusted(welcome)) {
                renew();
                return new End(RENEWS, true, true, true);
            }
            begun = true;
            party.desk().sessionBegins(welcome.openTickets());
            party.onStands().run();
            return talk();
        } catch (SessionEnded e) {
            return new End(String.valueOf(e.getMessage()), stood, true, code == COMES_BACK);
        } catch (IOException e) {
            LOG.error("this machine's disk fails", e);
            return left("this machine failed: " + e, stood);
        } finally {
            if (begun) {
                party.desk().sessionEnds();
            }
            close("the session is over");
        }
    }

    private static End left(String reason, boolean stood) {
        return new End(reason, stood, true, false);
    }

    private static End refuse(GatewayFrame first) {
        return first instanceof GatewayFrame.Goodbye goodbye
                ? new End("the gateway says: " + goodbye.reason(), false, goodbye.comeBack(), false)
                : left("the gateway spoke before it welcomed", false);
    }

    /** Whether the gateway trusts the certificate that was announced to it. */
    private boolean isTrusted(GatewayFrame.Welcome welcome) throws IOException {
        if (announced.isEmpty()) {
            return false;
        }
        if (welcome.nextThumbprint().equals(announced.map(Thumbprint::value))) {
            return party.certificates().trusts(announced.get());
        }
        LOG.warn(
                "the gateway does not trust this machine's new certificate {}: it is that of another, or the gateway is older; the one before stays",
                announced.get());
        return false;
    }

    /** Ends it for the next one, if there is a certificate that was not announced in it. */
    void lookAtCertificates() throws IOException {
        if (!party.certificates().toAnnounce(shown).equals(announced)) {
            renew();
        }
    }

    boolean isClosed() {
        return closed;
    }

    private void renew() {
        code = COMES_BACK;
        close(RENEWS);
    }

    private TentacleFrame.Hello hello() throws IOException {
        announced = party.certificates().toAnnounce(shown);
        List<TentacleFrame.OpenTicket> tickets = new ArrayList<>();
        for (LiveTicket live : party.desk().open()) {
            tickets.add(
                    new TentacleFrame.OpenTicket(
                            live.ticket(), live.result().isPresent(), live.output().written()));
        }
        for (Ticket ticket : party.desk().answers().keySet()) {
            tickets.add(new TentacleFrame.OpenTicket(ticket, true, 0));
        }
        return new TentacleFrame.Hello(
                PROTOCOL,
                party.agent(),
                party.version(),
                MachineHealth.capabilities(),
                party.home().freeBytes(),
                tickets,
                Optional.of(party.home().epoch())
                        .filter(seen -> seen >= 0 && seen < TentacleFrame.Hello.EPOCH_SEEN_MAX),
                MachineHealth.trouble(party.home()),
                announced.map(Thumbprint::value));
    }

    private End talk() throws InterruptedException, IOException, SessionEnded {
        long ping = vertx.setPeriodic(rules.pingEvery().toMillis(), _ -> askForLife());
        Thread writing = Thread.ofVirtual().name("session-writer").start(writer);
        try {
            while (true) {
                Optional<GatewayFrame> frame = next(Duration.ofDays(1));
                Optional<End> end = frame.isPresent() ? obey(frame.get()) : Optional.empty();
                if (end.isPresent()) {
                    return end.get();
                }
            }
        } finally {
            vertx.cancelTimer(ping);
            close("the session is over");
            writing.join();
        }
    }

    private void askForLife() {
        if (unreadLength.get() > 0) {
            // What was heard waits to be read: the silence, if there is one, is our own.
            heardNanos = System.nanoTime();
        }
        if (System.nanoTime() - heardNanos > rules.silenceMax().toNanos()) {
            close("the gateway was silent for " + rules.silenceMax());
        } else if (!closed) {
            socket.writePing(Buffer.buffer("alive?"));
        }
    }

    private Optional<End> obey(GatewayFrame frame) throws IOException {
        switch (frame) {
            case GatewayFrame.Welcome _ -> LOG.warn("the gateway welcomed twice; the first counts");
            case GatewayFrame.Deliver deliver -> {
                if (party.desk().deliver(deliver) == Desk.Delivered.REPEATED) {
                    writer.repeat(deliver.command().ticket());
                }
            }
            case GatewayFrame.Cancel cancel -> {
                party.desk().cancel(cancel);
                writer.repeat(cancel.ticket());
            }
            case GatewayFrame.OutputTaken taken ->
                    party.desk().outputTaken(taken.ticket(), taken.chunk());
            case GatewayFrame.TrustGateway(var said) -> writer.trust(socket.sslSession(), said);
            case GatewayFrame.RemovalsTaken taken -> party.desk().removals().taken(taken.number());
            case GatewayFrame.Complete complete -> party.desk().complete(complete.ticket());
            case GatewayFrame.Goodbye goodbye -> {
                return Optional.of(
                        new End(
                                "the gateway says: " + goodbye.reason(),
                                true,
                                goodbye.comeBack(),
                                false));
            }
        }
        return Optional.empty();
    }

    private Optional<GatewayFrame> next(Duration atMost) throws InterruptedException, SessionEnded {
        @Nullable Incoming incoming = unread.poll(atMost.toMillis(), TimeUnit.MILLISECONDS);
        return switch (incoming) {
            case null -> Optional.empty();
            case Incoming.Closed(String reason) -> throw new SessionEnded(reason);
            case Incoming.Text(String json) -> {
                GatewayFrame frame = parse(json);
                if (unreadLength.addAndGet(-json.length()) <= UNREAD_MAX / 2) {
                    socket.resume();
                }
                yield Optional.of(frame);
            }
        };
    }

    private GatewayFrame parse(String json) throws SessionEnded {
        try {
            return StagecoachJson.readWhole(json, GatewayFrame.class);
        } catch (UncheckedIOException e) {
            // Its text may hold secrets.
            LOG.warn("a message of the gateway is not understood length={}", json.length());
            code = NOT_A_FRAME;
            throw new SessionEnded("a message of the gateway is not understood", e);
        }
    }

    /** Sends a message, or finds out that the session is over. */
    void send(TentacleFrame frame) throws SessionEnded, InterruptedException {
        if (closed) {
            throw new SessionEnded("the session is over");
        }
        try {
            socket.writeTextMessage(StagecoachJson.text(frame))
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(rules.sendMax().toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new SessionEnded("a message could not be sent: " + e.getCause(), e);
        } catch (TimeoutException e) {
            throw new SessionEnded("the gateway took no message for " + rules.sendMax(), e);
        }
    }
}
