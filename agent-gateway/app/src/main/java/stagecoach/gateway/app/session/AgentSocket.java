package stagecoach.gateway.app.session;

import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ServerWebSocket;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/**
 * The WebSocket of a session: sends, reads as long as there is room for what is read, and knows
 * when something was last heard. What is said is left to {@link Session}.
 */
final class AgentSocket {
    private static final Logger LOG = Logger.getLogger(AgentSocket.class);
    private static final int REASON_MAX_CHARS = 100;
    private static final Buffer SIGN_OF_LIFE = Buffer.buffer("alive");

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

    private final ServerWebSocket socket;
    private final Context loop;
    private final CompletableFuture<Void> closed = new CompletableFuture<>();
    private final AtomicBoolean ending = new AtomicBoolean();
    private Room room = paused -> false;
    private volatile Instant heard = Pod.uptime();
    private volatile boolean greeted;
    private volatile boolean paused;
    private volatile boolean comesBack;

    AgentSocket(ServerWebSocket socket, Context loop) {
        this.socket = socket;
        this.loop = loop;
    }

    /** Begins to read; called on the socket's event loop. */
    void listen(Consumer<String> message, Room roomForMore, Runnable gone) {
        this.room = roomForMore;
        socket.frameHandler(
                new Messages(
                        text -> {
                            heard = Pod.uptime();
                            greeted = true;
                            message.accept(text);
                            adjustReading();
                        },
                        () -> close(CloseCode.TOO_LARGE, "A message has at most 1 MiB."),
                        () -> close(CloseCode.NOT_TEXT, "Frames are JSON text messages.")));
        socket.pongHandler(pong -> heard = Pod.uptime());
        socket.exceptionHandler(e -> LOG.debugf("connection failed cause=%s", e));
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

    /** Sends a message; if the connection is gone, its loss is noticed there. */
    void send(String text) {
        if (isOpen()) {
            socket.writeTextMessage(text);
        }
    }

    /** Asks whether the other side lives. */
    void ping() {
        loop.runOnContext(
                v -> {
                    if (!socket.isClosed()) {
                        socket.writePing(SIGN_OF_LIFE);
                    }
                });
    }

    /** While it is not read, the other side's pings get no answer: it is told that we live. */
    void reassure() {
        if (paused) {
            loop.runOnContext(
                    v -> {
                        if (!socket.isClosed()) {
                            socket.writePong(SIGN_OF_LIFE);
                        }
                    });
        }
    }

    /** Waits until a slow reader has read some of what it was sent. */
    void awaitRoom() {
        if (!isOpen() || !socket.writeQueueFull()) {
            return;
        }
        var drained = new CompletableFuture<Void>();
        loop.runOnContext(
                v -> {
                    if (socket.isClosed() || !socket.writeQueueFull()) {
                        drained.complete(null);
                    } else {
                        socket.drainHandler(nothing -> drained.complete(null));
                    }
                });
        CompletableFuture.anyOf(drained, closed).join();
    }

    /** Closes after what was sent; the first reason counts. */
    void close(short code, String reason) {
        if (ending.compareAndSet(false, true)) {
            String shown =
                    reason.length() > REASON_MAX_CHARS
                            ? reason.substring(0, REASON_MAX_CHARS)
                            : reason;
            loop.runOnContext(v -> socket.close(code, shown));
        }
    }

    /** Runs {@code action} after a while, whatever has become of the connection. */
    void later(long millis, Runnable action) {
        loop.owner().setTimer(millis, id -> action.run());
    }

    /** Something was worked off, or came to be full: looks again whether to read. */
    void roomChanged() {
        if (paused != room.isFull(paused)) {
            loop.runOnContext(v -> adjustReading());
        }
    }

    private void adjustReading() {
        if (!paused && room.isFull(false)) {
            paused = true;
            socket.pause();
        }
        // Also at once: room may have been made before those who make it saw the pause.
        if (paused && !room.isFull(true)) {
            paused = false;
            heard = Pod.uptime();
            socket.resume();
        }
    }
}
