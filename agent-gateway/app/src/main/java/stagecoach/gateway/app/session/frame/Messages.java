package stagecoach.gateway.app.session.frame;

import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.WebSocketFrame;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Puts WebSocket frames together to text messages of bounded size; the socket's own way would drop
 * a message that is too large without a word.
 */
public final class Messages implements Handler<WebSocketFrame> {
    /** The largest message of a tentacle, in bytes. */
    public static final int MAX_BYTES = 1024 * 1024;

    private final Consumer<String> message;
    private final Runnable tooLarge;
    private final Runnable notText;
    private @Nullable Buffer begun;
    private boolean broken;

    /**
     * Puts together what comes.
     *
     * @param tooLarge told once of a message that is too large; nothing more is taken
     * @param notText told once of a message that is no text; nothing more is taken
     */
    public Messages(Consumer<String> message, Runnable tooLarge, Runnable notText) {
        this.message = message;
        this.tooLarge = tooLarge;
        this.notText = notText;
    }

    @Override
    public void handle(WebSocketFrame frame) {
        if (broken || !(frame.isText() || frame.isBinary() || frame.isContinuation())) {
            return;
        }
        if (frame.isBinary()) {
            broken = true;
            notText.run();
            return;
        }
        Buffer part = frame.binaryData();
        Buffer whole = begun == null ? part : begun.appendBuffer(part);
        if (whole.length() > MAX_BYTES) {
            broken = true;
            begun = null;
            tooLarge.run();
        } else if (frame.isFinal()) {
            begun = null;
            message.accept(whole.toString(StandardCharsets.UTF_8));
        } else {
            begun = begun == null ? Buffer.buffer().appendBuffer(part) : whole;
        }
    }
}
