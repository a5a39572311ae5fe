package stagecoach.tentacle.session;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.WebSocket;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
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
import stagecoach.contracts.agent.SourceLatency;
import stagecoach.contracts.agent.TentacleFrame;
import stagecoach.tentacle.desk.Desk;
import stagecoach.tentacle.home.Home;
import stagecoach.tentacle.journal.Bell;
import stagecoach.tentacle.journal.LiveTicket;
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

    private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);

    private final Party party;
    private final SessionRules rules;
    private final Vertx vertx;
    private final WebSocket socket;
    private final LinkedBlockingQueue<Incoming> unread = new LinkedBlockingQueue<>();
    private final AtomicLong unreadLength = new AtomicLong();
    private final Set<Ticket> repeat = ConcurrentHashMap.newKeySet();
    private final Set<Ticket> answered = new HashSet<>();
    private volatile long heardNanos = System.nanoTime();
    private volatile boolean connected;
    private final AtomicBoolean closing = new AtomicBoolean();
    private volatile boolean closed;

    /** What a session is for. */
    record Party(
            AgentId agent, String version, Home home, Desk desk, Bell news, Runnable onStands) {}

    /** What arrives. */
    private sealed interface Incoming {
        record Text(String json) implements Incoming {}

        record Closed(String reason) implements Incoming {}
    }

    /** How a session ended. */
    record End(String reason, boolean stood, boolean comeBack) {}

    /**
     * A session over a socket that is not connected yet, or has said nothing yet: its handlers are
     * set here.
     */
    GatewaySession(Party party, SessionRules rules, Vertx vertx, WebSocket socket) {
        this.party = party;
        this.rules = rules;
        this.vertx = vertx;
        this.socket = socket;
        socket.textMessageHandler(this::onText);
        socket.pongHandler(_ -> heardNanos = System.nanoTime());
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
        heardNanos = System.nanoTime();
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
            Future<Void> done = socket.close();
            done.onFailure(
                    e -> LOG.debug("a socket was gone before it was closed: {}", e.getMessage()));
        }
    }

    /** Introduces this machine and talks until the session ends. */
    End run() throws InterruptedException {
        connected = true;
        boolean stood = false;
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
            party.home().epoch(welcome.epoch());
            stood = true;
            LOG.info("session stands epoch={}", welcome.epoch());
            party.desk().sessionBegins(welcome.openTickets());
            party.onStands().run();
            return talk();
        } catch (SessionEnded e) {
            return new End(String.valueOf(e.getMessage()), stood, true);
        } catch (IOException e) {
            LOG.error("this machine's disk fails", e);
            return left("this machine failed: " + e, stood);
        } finally {
            party.desk().sessionEnds();
            close("the session is over");
        }
    }

    private static End left(String reason, boolean stood) {
        return new End(reason, stood, true);
    }

    private static End refuse(GatewayFrame first) {
        return first instanceof GatewayFrame.Goodbye goodbye
                ? new End("the gateway says: " + goodbye.reason(), false, goodbye.comeBack())
                : left("the gateway spoke before it welcomed", false);
    }

    private TentacleFrame.Hello hello() throws IOException {
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
                MachineHealth.trouble(party.home()));
    }

    private End talk() throws InterruptedException, IOException, SessionEnded {
        long ping = vertx.setPeriodic(rules.pingEvery().toMillis(), _ -> askForLife());
        Thread writer = Thread.ofVirtual().name("session-writer").start(this::write);
        try {
            while (true) {
                Optional<GatewayFrame> frame = next(Duration.ofDays(1));
                if (frame.isPresent()) {
                    Optional<End> end = obey(frame.get());
                    if (end.isPresent()) {
                        return end.get();
                    }
                }
            }
        } finally {
            vertx.cancelTimer(ping);
            close("the session is over");
            writer.join();
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
                    repeat.add(deliver.command().ticket());
                    party.news().ring();
                }
            }
            case GatewayFrame.Cancel cancel -> {
                party.desk().cancel(cancel);
                repeat.add(cancel.ticket());
                party.news().ring();
            }
            case GatewayFrame.OutputTaken taken ->
                    party.desk().outputTaken(taken.ticket(), taken.chunk());
            case GatewayFrame.Complete complete -> party.desk().complete(complete.ticket());
            case GatewayFrame.Goodbye goodbye -> {
                return Optional.of(
                        new End("the gateway says: " + goodbye.reason(), true, goodbye.comeBack()));
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
            return StagecoachJson.read(json, GatewayFrame.class);
        } catch (UncheckedIOException e) {
            // Its text may hold secrets.
            LOG.warn("a message of the gateway is not understood length={}", json.length());
            throw new SessionEnded("a message of the gateway is not understood", e);
        }
    }

    /** Says what there is to say, what is short before what is long, until the session ends. */
    private void write() {
        Map<Ticket, TicketFeed> feeds = new HashMap<>();
        List<SourceLatency> latenciesTold = List.of();
        long nextHealth = System.nanoTime() + rules.healthEvery().toNanos();
        try {
            while (!closed) {
                if (System.nanoTime() >= nextHealth) {
                    List<SourceLatency> now = party.desk().latencies();
                    boolean news = MachineHealth.isNews(now, latenciesTold);
                    send(MachineHealth.of(party, news ? now : List.of()));
                    latenciesTold = news ? now : latenciesTold;
                    nextHealth = System.nanoTime() + rules.healthEvery().toNanos();
                }
                List<TicketFeed> open = feedsOfOpen(feeds);
                boolean said = sayControl(open);
                for (TicketFeed feed : open) {
                    Optional<TentacleFrame> output = feed.nextOutput();
                    if (output.isPresent()) {
                        send(output.get());
                        said = true;
                        sayControl(open);
                    }
                }
                if (!said) {
                    party.news().await(LOOK_AGAIN);
                }
            }
        } catch (SessionEnded e) {
            close(String.valueOf(e.getMessage()));
        } catch (IOException | RuntimeException e) {
            LOG.error("the session cannot go on", e);
            close("this machine failed: " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            close("the tentacle ends");
        }
    }

    private List<TicketFeed> feedsOfOpen(Map<Ticket, TicketFeed> feeds) {
        List<LiveTicket> open = party.desk().open();
        feeds.keySet().retainAll(open.stream().map(LiveTicket::ticket).toList());
        List<TicketFeed> result = new ArrayList<>();
        for (LiveTicket live : open) {
            TicketFeed feed =
                    feeds.computeIfAbsent(
                            live.ticket(), _ -> new TicketFeed(live, rules.endedWaitMax()));
            if (repeat.remove(live.ticket())) {
                feed.repeat();
            }
            result.add(feed);
        }
        return result;
    }

    private boolean sayControl(List<TicketFeed> open)
            throws SessionEnded, InterruptedException, IOException {
        boolean said = false;
        for (var answer : party.desk().answers().entrySet()) {
            boolean again = repeat.remove(answer.getKey());
            if (answered.add(answer.getKey()) || again) {
                send(new TentacleFrame.Ended(answer.getKey(), answer.getValue()));
                said = true;
            }
        }
        for (TicketFeed feed : open) {
            for (var frame = feed.nextControl(); frame.isPresent(); frame = feed.nextControl()) {
                send(frame.get());
                said = true;
            }
        }
        return said;
    }

    private void send(TentacleFrame frame) throws SessionEnded, InterruptedException {
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

    /** The session is over, for a reason. */
    private static final class SessionEnded extends Exception {
        private static final long serialVersionUID = 1L;

        SessionEnded(String reason) {
            super(reason);
        }

        SessionEnded(String reason, Throwable cause) {
            super(reason, cause);
        }
    }
}
