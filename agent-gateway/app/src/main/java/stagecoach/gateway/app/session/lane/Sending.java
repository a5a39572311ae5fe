package stagecoach.gateway.app.session.lane;

import io.netty.handler.ssl.SslHandler;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.WebSocketBase;
import io.vertx.core.http.WebSocketFrame;
import io.vertx.core.http.impl.WebSocketInternal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The sending half of a connection: messages in frames, each of which is known to be on its way or
 * not. A slow line makes progress with every frame; one that makes none is stuck. Answers to what
 * the other side says are counted, for they are as many as it wants.
 */
public final class Sending {
    /** Half of what both sides take in one frame. */
    private static final int FRAME_CHARS_MAX = 16 * 1024;

    /**
     * What TLS is given at a time. Java puts 16,367 bytes into a record. Netty would give it
     * 16,384, keep the last 17 with the word that all of them are on their way, put them before the
     * next 16,384, and so on: nothing would count as sent before everything was.
     */
    private static final int RECORD_BYTES_MAX = 15 * 1024;

    private static final long ANSWERS_MAX_CHARS = 64 * 1024;
    private static final Buffer SIGN_OF_LIFE = Buffer.buffer("alive");

    private final WebSocketBase socket;
    private final Context loop;
    private final CompletableFuture<Void> closed;
    private final Runnable roomAgain;
    private final AtomicInteger unsent = new AtomicInteger();
    private final AtomicLong answers = new AtomicLong();
    private volatile long movedNanos = System.nanoTime();
    private volatile CompletableFuture<Void> drained = CompletableFuture.completedFuture(null);

    /**
     * What is sent over {@code socket}, whose event loop {@code loop} is.
     *
     * @param closed done once the connection is gone
     * @param roomAgain told, by any thread, when an answer was sent
     */
    public Sending(
            WebSocketBase socket,
            Context loop,
            CompletableFuture<Void> closed,
            Runnable roomAgain) {
        this.socket = socket;
        this.loop = loop;
        this.closed = closed;
        this.roomAgain = roomAgain;
    }

    /** Begins to listen for room, and for what goes out; called on the event loop. */
    public void begin() {
        if (socket instanceof WebSocketInternal open) {
            @Nullable SslHandler tls =
                    open.channelHandlerContext().pipeline().get(SslHandler.class);
            if (tls != null) {
                tls.setWrapDataSize(RECORD_BYTES_MAX);
            }
        }
        socket.drainHandler(nothing -> drained.complete(null));
    }

    /** Sends what answers the other side, or is short; if the connection is gone, nothing. */
    public void answer(String text) {
        answers.addAndGet(text.length());
        var _ =
                message(text)
                        .onComplete(
                                done -> {
                                    answers.addAndGet(-text.length());
                                    roomAgain.run();
                                });
    }

    /** Sends a message that was waited for with {@link #awaitRoom}. */
    public synchronized Future<Void> message(String text) {
        int to = end(text, 0);
        Future<Void> sent =
                send(WebSocketFrame.textFrame(text.substring(0, to), to == text.length()));
        while (to < text.length()) {
            int from = to;
            to = end(text, from);
            byte[] part = text.substring(from, to).getBytes(StandardCharsets.UTF_8);
            sent = send(WebSocketFrame.continuationFrame(Buffer.buffer(part), to == text.length()));
        }
        return sent;
    }

    /** Where a frame ends that begins at {@code from}: never inside of a character. */
    private static int end(String text, int from) {
        int to = Math.min(text.length(), from + FRAME_CHARS_MAX);
        return to < text.length() && Character.isHighSurrogate(text.charAt(to - 1)) ? to - 1 : to;
    }

    /** Asks whether the other side lives. */
    public void ping() {
        loop.runOnContext(
                v -> {
                    if (!socket.isClosed()) {
                        var _ = onItsWay(socket.writePing(SIGN_OF_LIFE));
                    }
                });
    }

    /** Tells the other side that we live. */
    public void pong() {
        loop.runOnContext(
                v -> {
                    if (!socket.isClosed()) {
                        var _ = onItsWay(socket.writePong(SIGN_OF_LIFE));
                    }
                });
    }

    private Future<Void> send(WebSocketFrame frame) {
        return closed.isDone() || socket.isClosed()
                ? Future.succeededFuture()
                : onItsWay(socket.writeFrame(frame));
    }

    private Future<Void> onItsWay(Future<Void> written) {
        if (unsent.getAndIncrement() == 0) {
            movedNanos = System.nanoTime();
        }
        return written.onComplete(
                done -> {
                    unsent.decrementAndGet();
                    movedNanos = System.nanoTime();
                });
    }

    /** Whether so many answers wait to be sent that there should be nothing more to answer. */
    public boolean hasTooManyAnswers() {
        return answers.get() > ANSWERS_MAX_CHARS;
    }

    /** Whether so much waits to be sent, signs of life included, that there should be no more. */
    public boolean isFull() {
        try {
            return !socket.isClosed() && socket.writeQueueFull();
        } catch (IllegalStateException closedMeanwhile) {
            return false;
        }
    }

    /** Whether something waits to be sent and nothing of it went out for so long. */
    public boolean isStuck(Duration most) {
        return unsent.get() > 0 && System.nanoTime() - movedNanos > most.toNanos();
    }

    /** Waits until a slow reader has read some of what it was sent. */
    public void awaitRoom() {
        while (!closed.isDone() && isFull()) {
            var room = new CompletableFuture<Void>();
            loop.runOnContext(
                    v -> {
                        if (!isFull()) {
                            room.complete(null);
                        } else {
                            drained = drained.isDone() ? new CompletableFuture<>() : drained;
                            var _ = drained.thenRun(() -> room.complete(null));
                        }
                    });
            CompletableFuture.anyOf(room, closed).join();
        }
    }
}
