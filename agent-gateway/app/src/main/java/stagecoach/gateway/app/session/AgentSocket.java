package stagecoach.gateway.app.session;

import io.netty.handler.codec.DecoderException;
import io.vertx.core.Context;
import io.vertx.core.http.WebSocketBase;
import io.vertx.core.http.impl.WebSocketInternal;
import io.vertx.core.net.SocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import javax.net.ssl.SSLException;
import org.jboss.logging.Logger;
import stagecoach.gateway.app.pod.Pod;
import stagecoach.gateway.app.session.frame.Messages;
import stagecoach.gateway.app.session.lane.RateLimit;
import stagecoach.gateway.app.session.lane.Sending;

/**
 * The WebSocket of a session: sends, reads as long as there is room for what is read and for the
 * answers to it, and knows when something was last heard. What is said is left to {@link Session}.
 */
final class AgentSocket {
    private static final Logger LOG = Logger.getLogger(AgentSocket.class);
    private static final int REASON_MAX_CHARS = 100;

    /** After the bound for a proper close. */
    private static final long FORCED_MILLIS = 3_000;

    /** A tentacle pings once in ten seconds; each ping has an answer made for it. */
    private static final int PINGS_MAX = 100;

    private static final Duration PINGS_WITHIN = Duration.ofSeconds(10);

    /** RFC 6455, section 7.4.1, and one of our own for a session that gives way to a newer one. */
    static final class CloseCode {
        static final short NORMAL = 1000;
        static final short PROTOCOL_ERROR = 1002;
        static final short NOT_TEXT = 1003;
        static final short POLICY = 1008;
        static final short TOO_LARGE = 1009;
        static final short FAILED = 1011;
        static final short REPLACED = 4409;

        /** Of a tentacle that begins its next session now, with another certificate. */
        static final short COMES_BACK = 4410;

        private CloseCode() {}
    }

    /** Whether what was read must be worked off before more is. */
    @FunctionalInterface
    interface Room {
        /**
         * Whether there is none.
         *
         * @param paused whether the socket is not read now: then more must have been worked off
         */
        boolean isFull(boolean paused);
    }

    private final WebSocketBase socket;
    private final Context loop;
    private final CompletableFuture<Void> closed = new CompletableFuture<>();
    private final AtomicBoolean ending = new AtomicBoolean();
    private final Sending sending;
    private final RateLimit pings = new RateLimit(PINGS_MAX, PINGS_WITHIN);
    private Room room = paused -> false;
    private volatile Instant heard = Pod.uptime();
    private volatile boolean greeted;
    private volatile boolean paused;

    /** Of the event loop alone. */
    private Instant pausedSince = Pod.uptime();

    private volatile boolean comesBack;

    AgentSocket(WebSocketBase socket, Context loop) {
        this.socket = socket;
        this.loop = loop;
        this.sending = new Sending(socket, loop, closed, this::roomChanged);
    }

    /**
     * Begins to read; called on the socket's event loop.
     *
     * @param wrong told what is no message
     */
    void listen(Consumer<String> message, Room roomForMore, Consumer<String> wrong, Runnable gone) {
        this.room = roomForMore;
        var messages =
                new Messages(
                        text -> {
                            greeted = true;
                            message.accept(text);
                        },
                        () -> {
                            wrong.accept("A message has at most 1 MiB.");
                            close(CloseCode.TOO_LARGE, "A message has at most 1 MiB.");
                        },
                        () -> {
                            wrong.accept("Frames are JSON text messages.");
                            close(CloseCode.NOT_TEXT, "Frames are JSON text messages.");
                        });
        // Also of pings, and of the parts of what takes long: whoever is slow is not silent.
        socket.frameHandler(
                frame -> {
                    heard = Pod.uptime();
                    if (frame.isPing() && !ending.get() && !pings.may()) {
                        wrong.accept("It pings without end.");
                        close(CloseCode.POLICY, "It pings without end.");
                    }
                    messages.handle(frame);
                    adjustReading();
                });
        sending.begin();
        socket.exceptionHandler(
                e -> {
                    LOG.debugf("connection failed cause=%s", e);
                    if (e instanceof DecoderException) {
                        // What TLS says may quote what came, with all its secrets.
                        wrong.accept(
                                e.getCause() instanceof SSLException
                                        ? "It broke its TLS connection."
                                        : String.valueOf(e.getMessage()));
                    }
                });
        socket.closeHandler(
                nothing -> {
                    ending.set(true);
                    Short code = socket.closeStatusCode();
                    comesBack = code != null && code == CloseCode.COMES_BACK;
                    closed.complete(null);
                    gone.run();
                });
    }

    boolean isOpen() {
        return !closed.isDone();
    }

    /** Whether it is closed or about to be: what still comes is not worked off. */
    boolean isEnding() {
        return ending.get();
    }

    /** Whether the other side has closed it to begin another at once. */
    boolean comesBackAtOnce() {
        return comesBack;
    }

    /**
     * When, by {@link Pod#uptime}, something was last heard; while it is not read, silence is our
     * own.
     */
    Instant heard() {
        return paused ? Pod.uptime() : heard;
    }

    /** Whether the other side has said its first word. */
    boolean greeted() {
        return greeted;
    }

    /** Where the other side comes from. */
    SocketAddress from() {
        return socket.remoteAddress();
    }

    /** Sends what is short; if the connection is gone, its loss is noticed there. */
    void send(String text) {
        sending.answer(text);
    }

    /** Waits until there is room for what may be long, and sends it. */
    void sendLong(String text) {
        sending.awaitRoom();
        var _ = sending.message(text);
    }

    /** Asks whether the other side lives. */
    void ping() {
        sending.ping();
    }

    /** While it is not read, the other side's pings get no answer: it is told that we live. */
    void reassure() {
        if (paused && !sending.isFull()) {
            sending.pong();
        }
    }

    /** Whether it was sent something of which it has taken nothing for so long. */
    boolean isStuck(Duration most) {
        if (sending.isFull()) {
            // What is tracked shows whether anything moves; a stuck one gets few of them.
            sending.ping();
        }
        return sending.isStuck(most);
    }

    /** Closes after what was sent; the first reason counts. */
    void close(short code, String reason) {
        if (ending.compareAndSet(false, true)) {
            String shown =
                    reason.length() > REASON_MAX_CHARS
                            ? reason.substring(0, REASON_MAX_CHARS)
                            : reason;
            loop.runOnContext(v -> socket.close(code, shown));
            later(FORCED_MILLIS, this::force);
        }
    }

    /** Whoever takes nothing does not take the word that it is over either. */
    private void force() {
        if (isOpen() && socket instanceof WebSocketInternal open) {
            var _ = open.channelHandlerContext().close();
        }
    }

    /** Runs {@code action} after a while, whatever has become of the connection. */
    void later(long millis, Runnable action) {
        loop.owner().setTimer(millis, id -> action.run());
    }

    /** Something was worked off, or came to be full: looks again whether to read. */
    void roomChanged() {
        if (paused != isFull(paused)) {
            loop.runOnContext(v -> adjustReading());
        }
    }

    /** Who does not read the answers is not read. */
    private boolean isFull(boolean already) {
        return sending.hasTooManyAnswers() || room.isFull(already);
    }

    private void adjustReading() {
        if (!paused && isFull(false)) {
            paused = true;
            pausedSince = Pod.uptime();
            socket.pause();
        }
        // Also at once: room may have been made before those who make it saw the pause.
        if (paused && !isFull(true)) {
            paused = false;
            heard = Pod.uptime();
            // What piled up meanwhile comes at once now.
            pings.allowFor(Duration.between(pausedSince, heard));
            socket.resume();
        }
    }
}
